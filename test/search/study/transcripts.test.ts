import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayStory } from './transcript';

const folder = join(__dirname, 'transcripts');

describe('a study replays its stories', () => {
  it.each(readdirSync(folder))('%s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const replayed = replayStory(text);
    if (process.env['WRITE']) writeFileSync(join(folder, file), replayed);
    expect(replayed).toBe(text);
  });
});
