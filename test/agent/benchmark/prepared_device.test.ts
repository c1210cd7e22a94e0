import { PreparedDevice } from '../../../agent/benchmark/prepared_device';
import { calmState, scriptedDevice } from './scripted_device';

const state = { ...calmState, atMs: 10_000 };

describe('the state that a job left', () => {
  it('spares the next job a reading, once, within a second', () => {
    const device = new PreparedDevice(scriptedDevice({}));
    device.keepState(state);
    expect(device.takeFreshState(11_000)).toBe(state);
    expect(device.takeFreshState(11_000)).toBeNull();
  });

  it.each([11_001, 8_999])('is of no use at %i, whichever way the clock went', (nowMs) => {
    const device = new PreparedDevice(scriptedDevice({}));
    device.keepState(state);
    expect(device.takeFreshState(nowMs)).toBeNull();
    expect(device.takeFreshState(10_000)).toBeNull();
  });
});

describe('the files of a job', () => {
  it('lie in the work folder under a name that no other job has', () => {
    const device = new PreparedDevice(scriptedDevice({}));
    const [one, other] = [device.openJob('onnx', 5_000), device.openJob('onnx', 5_000)];
    expect(one.modelPath).toMatch(/^\/farm\/job-0123abcd-5-[0-9a-f]{12}\.onnx$/);
    expect(one.resultPath(2)).toBe(one.modelPath.replace('.onnx', '-2.csv'));
    expect(other.modelPath).not.toBe(one.modelPath);
  });

  it('are removed whatever they are called', async () => {
    const device = scriptedDevice({});
    await new PreparedDevice(device).remove(['/farm/-rf', '/farm/a b']);
    expect(device.calls).toEqual(['remove -rf a b']);
  });
});
