import { architectureNames } from '../../../model/space/architecture_names';
import { architectureByHash, isHashName } from '../../../model/space/hash_name';
import { loadSpace } from '../../../model/space/load_space';

describe('an architecture named by its hash', () => {
  const cells = loadSpace('nasbench201');
  const cell = cells.canonical('312401');
  const hash = cells.hashOf(cell);
  const named = architectureNames(cells);

  it('is that architecture, by the whole hash or a unique beginning', () => {
    for (const text of [hash, hash.slice(0, 12), hash.slice(0, 8)]) expect(named(text)).toBe(cell);
  });

  it('is left alone where the text is an architecture', () => {
    for (const text of ['312401', cell]) expect(named(text)).toBe(text);
  });

  it('is refused in one line where there is none, or the space is too large to look it up', () => {
    expect(() => named('00000000')).toThrow(
      /^space nasbench201 has no architecture with the hash 00000000; give an architecture/,
    );
    expect(() => architectureNames(loadSpace('donna-full'))(hash)).toThrow(
      /^space donna-full has .* genotypes, too many to find a network by its hash; give its architecture/,
    );
  });

  it('is refused with the choice where its beginning is that of several', () => {
    const hashes = new Map([
      ['a', `12345678a${'0'.repeat(55)}`],
      ['b', `12345678b${'0'.repeat(55)}`],
    ]);
    const networks = {
      architectures: [...hashes.keys()],
      hashOf: (name: string) => hashes.get(name) ?? '',
      where: 'search s',
      remedy: 'x',
    };
    expect(() => architectureByHash('12345678', networks)).toThrow(
      /^search s has 2 architectures whose hash begins with 12345678: 12345678a0+, 12345678b0+; give more digits$/,
    );
    expect(architectureByHash('12345678b', networks)).toBe('b');
  });

  it('has eight digits at least, so that no op vector is one', () => {
    expect(['312401', '1234567', 'ABCDEF01', '|a~0|'].map(isHashName)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(isHashName('0123abcd')).toBe(true);
  });
});
