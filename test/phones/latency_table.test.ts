import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readLatencyTable } from '../../phones/latency_table';
import type { LatencyRequest } from '../../phones/machine/latency_source';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'latency-table-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const header = 'soc,runtime,unit,model,latency_ms';
const unknown = { latencyMs: 99, delegated: 0, operators: 0, partitions: 0 };
const digest = 'ab'.repeat(32);

function table(...rows: string[]): string {
  const file = path.join(folder, 'table.csv');
  writeFileSync(file, rows.join('\n'));
  return file;
}

function latencyIn(file: string, more: Partial<LatencyRequest> = {}): number {
  const model = { cost: { operators: [] }, precision: 'int8', sizeBytes: 1 };
  const request = {
    soc: 'sm8550',
    digest,
    modelPath: 'm.onnx',
    model,
    placement: { runtime: 'tflite', unit: 'npu', threads: 1, quantizedOnly: true },
    ...more,
  } as unknown as LatencyRequest;
  return readLatencyTable(file, () => unknown)(request).latencyMs;
}

describe('a table of measured latencies', () => {
  it('knows a model by its digest before its name', () => {
    const file = table(header, 'sm8550,tflite,npu,m.onnx,2', `sm8550,tflite,npu,${digest},1`);
    expect(latencyIn(file)).toBe(1);
    expect(latencyIn(file, { digest: 'other' })).toBe(2);
  });

  it('takes the row that says most before those with stars', () => {
    const file = table(
      header,
      '*,*,*,m.onnx,8',
      'sm8550,*,*,m.onnx,4',
      'sm8550,tflite,*,m.onnx,2',
      'sm8550,tflite,npu,m.onnx,1',
    );
    expect(latencyIn(file)).toBe(1);
    expect(latencyIn(file, { placement: placed('tflite', 'cpu') })).toBe(2);
    expect(latencyIn(file, { placement: placed('onnxruntime', 'cpu') })).toBe(4);
    expect(latencyIn(file, { soc: 'sm8650' })).toBe(8);
  });

  it('asks the cost model for what it does not know', () => {
    expect(latencyIn(table(header, '*,*,*,other.onnx,1'))).toBe(99);
  });

  it.each([
    ['no header', ['sm8550,tflite,npu,m,1'], 'line 1: expected the header'],
    ['a latency of nothing', [header, 'a,b,c,m,'], 'line 2'],
    ['a latency of zero', [header, '', 'a,b,c,m,0'], 'line 3'],
    ['a word for a latency', [header, 'a,b,c,m,fast'], 'line 2'],
    ['an endless latency', [header, 'a,b,c,m,Infinity'], 'line 2'],
    ['a column too many', [header, 'a,b,c,m,1,2'], 'line 2'],
  ])('with %s is refused in one line that says where', (_, rows, where) => {
    expect(() => readLatencyTable(table(...rows), () => unknown)).toThrow(where);
  });

  it('that is not there is refused with the reason', () => {
    expect(() => readLatencyTable(path.join(folder, 'none.csv'), () => unknown)).toThrow(
      /none\.csv: cannot be read \(ENOENT\)/,
    );
  });

  it('may have Windows line ends and blanks', () => {
    expect(latencyIn(table(`${header}\r`, 'sm8550, tflite ,npu, m.onnx , 1.5\r', ''))).toBe(1.5);
  });
});

function placed(
  runtime: 'tflite' | 'onnxruntime',
  unit: 'cpu' | 'npu',
): LatencyRequest['placement'] {
  return { runtime, unit, threads: 1, quantizedOnly: false };
}
