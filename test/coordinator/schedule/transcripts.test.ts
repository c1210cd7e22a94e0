import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayTranscript } from './transcript';

const folder = join(__dirname, 'transcripts');

describe('the scheduler replays its transcripts', () => {
  it.each(readdirSync(folder))('%s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(replayTranscript(text)).toBe(text);
  });
});
