import { createRandom } from '../../common/random';
import { phoneModel } from '../../phones/machine/phone_model';
import { costModelLatencies } from '../../phones/cost_model/predict';
import { runShell } from '../../phones/shell/interpreter';
import { runProgram } from '../../phones/programs/run_program';
import { ContentStore } from '../../phones/system/content_store';
import { VirtualPhone } from '../../phones/virtual_phone';
import { buildOnnxFixture } from './onnx_fixture';

/** A phone that is not plugged in: its shell is reached directly. */
export function barePhone(seed = 1, serial = 'VIRT-test-1'): VirtualPhone {
  return new VirtualPhone({
    serial,
    serialNumber: serial,
    batteryFrozen: false,
    model: phoneModel('sm8550'),
    random: createRandom(seed).derive(serial),
    timeScale: 0,
    storageBytes: 64 * 1024 ** 2,
    contents: new ContentStore(),
    latencies: costModelLatencies(),
  });
}

interface Ran {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a script as adbd would, in a process of its own. */
export async function run(phone: VirtualPhone, script: string): Promise<Ran> {
  const process = phone.system.processes.start(undefined, ['/system/bin/sh', '-c', script])!;
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  const collect = (into: Buffer[]) => ({
    write: (data: Buffer | string) => void into.push(Buffer.from(data)),
  });
  const status = phone.system.processes.finish(
    process,
    await runShell(script, {
      phone: phone.system,
      process,
      runProgram,
      streams: { input: Buffer.alloc(0), output: collect(output), errors: collect(errors) },
    }),
  );
  return {
    status,
    output: Buffer.concat(output).toString(),
    errors: Buffer.concat(errors).toString(),
  };
}

/** Puts a tool and a small model where the scripts of the tests look for them. */
export function installTools(phone: VirtualPhone): void {
  const { files } = phone.system;
  files.write('/data/local/tmp/onnxruntime_perf_test', Buffer.from('virtual'), 0o755);
  files.write('/data/local/tmp/benchmark_model', Buffer.from('virtual'), 0o755);
  files.write('/data/local/tmp/m.onnx', buildOnnxFixture());
}
