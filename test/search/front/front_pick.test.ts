import { picksOf } from '../../../search/front/front_pick';

const member = (latencyMs: number, accuracyPercent: number) => ({
  architecture: `a${String(latencyMs)}`,
  latencyMs,
  accuracyPercent,
});
const kinds = (...front: ReturnType<typeof member>[]): string[] =>
  picksOf(front).map(({ kind, architecture }) => `${kind} ${architecture}`);

describe('the picks of a front', () => {
  it('are its ends and the bend between them', () => {
    expect(kinds(member(1, 80), member(2, 90), member(4, 92), member(9, 94))).toEqual([
      'fastest a1',
      'knee a2',
      'most-accurate a9',
    ]);
  });

  it('do not depend on the units of the axes', () => {
    expect(
      kinds(member(1_000, 80), member(2_000, 90), member(4_000, 92), member(9_000, 94)),
    ).toEqual(['fastest a1000', 'knee a2000', 'most-accurate a9000']);
  });

  it('have no knee where the front bends inwards or has two members, and one pick of one member', () => {
    expect(kinds(member(1, 80), member(8, 81), member(9, 94))).toEqual([
      'fastest a1',
      'most-accurate a9',
    ]);
    expect(kinds(member(1, 80), member(9, 94))).toEqual(['fastest a1', 'most-accurate a9']);
    expect(kinds(member(1, 80))).toEqual(['fastest a1']);
    expect(kinds()).toEqual([]);
  });
});
