import { TestEnvironment } from 'jest-environment-node';

/**
 * ONNX Runtime's native code makes typed arrays of the process's own realm, and onnxruntime-common compares constructors;
 * jest gives each test file a realm of its own. https://github.com/jestjs/jest/issues/2549
 */
export default class OnnxRuntimeEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, {
      Float32Array,
      Float64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      Uint16Array,
      Uint32Array,
      BigInt64Array,
      BigUint64Array,
    });
  }
}
