import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pythonWithGrpc } from '../python';

const python = pythonWithGrpc();
const services = readdirSync('proto/farm/v1');

// proto-loader takes more than protoc does: only protoc, which other languages use, shows what they would meet.
// Skipped where Python has no grpcio-tools; CI installs them.
(python === undefined ? describe.skip : describe)('the .proto files', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'protoc-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(services)('%s compiles with protoc', (file) => {
    const outputs = [`--python_out=${folder}`, `--grpc_python_out=${folder}`];
    const command = ['-m', 'grpc_tools.protoc', '-Iproto', ...outputs, `farm/v1/${file}`];
    const { status, stderr } = spawnSync(python!, command, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
