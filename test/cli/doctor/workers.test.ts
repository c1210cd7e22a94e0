import { workerFindings } from '../../../cli/doctor/workers';

const worker = {
  name: 'builder',
  pid: 4711,
  busy: true,
  residentBytes: 300 * 2 ** 20,
  largestHeapBytes: 2 ** 31,
};

describe('what farm doctor says of workers', () => {
  it('names each, what for, its process, its memory and its bound', () => {
    expect(
      workerFindings([worker, { ...worker, name: 'surrogates', pid: 4712, busy: false }]),
    ).toEqual([
      {
        check: 'worker builder',
        state: 'good',
        detail: 'process 4711, busy, 300 MB of memory; its heap may take 2048 MB',
      },
      {
        check: 'worker surrogates',
        state: 'good',
        detail: 'process 4712, idle, 300 MB of memory; its heap may take 2048 MB',
      },
    ]);
  });

  it('says nothing when none has work', () => {
    expect(workerFindings([])).toEqual([]);
  });

  it('warns of one that has outgrown its bound by its buffers', () => {
    expect(workerFindings([{ ...worker, residentBytes: 2 ** 32 }])).toMatchObject([
      { state: 'warning' },
    ]);
  });

  it('does not invent what the system does not tell', () => {
    const unknown = { ...worker, residentBytes: null };
    expect(workerFindings([unknown])).toMatchObject([
      { state: 'good', detail: expect.stringContaining('unknown MB') as string },
    ]);
  });
});
