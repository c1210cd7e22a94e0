import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findProgram } from '../../../platform/files/program_path';

describe('finding a program', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'farm-program-'));
  const program = path.join(folder, 'tool');
  const before = process.env['PATH'];
  beforeAll(() => {
    writeFileSync(program, '');
    process.env['PATH'] = `/nowhere:${folder}`;
  });
  afterAll(() => {
    process.env['PATH'] = before;
    rmSync(folder, { recursive: true });
  });

  it('takes an executable file of the PATH, or the path that is given', () => {
    expect(findProgram('tool')).toBeUndefined();
    chmodSync(program, 0o755);
    expect(findProgram('tool')).toBe(program);
    expect(findProgram(program)).toBe(program);
  });

  it('takes no folder and nothing that is not there', () => {
    expect(findProgram(folder)).toBeUndefined();
    expect(findProgram('no-such-tool')).toBeUndefined();
  });
});
