import { ExternalStrategist } from '../../../../coordinator/searches/strategist/external_strategist';

describe('the external strategist', () => {
  let withdrawn: string[];
  let strategist: ExternalStrategist;
  beforeEach(() => {
    withdrawn = [];
    strategist = new ExternalStrategist(['a', 'b'], (target, { sequence, architecture }) =>
      withdrawn.push(`${target} ${String(sequence)} ${architecture}`),
    );
  });

  it('hands out what was proposed for a target, in that order, and then waits for more', async () => {
    for (const [sequence, architecture] of ['x', 'y'].entries())
      strategist.add('a', { sequence, architecture }, true);
    strategist.add('b', { sequence: 0, architecture: 'y' }, true);
    expect(strategist.waiting('a')).toEqual(['x', 'y']);
    expect(await strategist.ask('a')).toEqual({ sequence: 0, architecture: 'x' });
    expect(await strategist.ask('a')).toEqual({ sequence: 1, architecture: 'y' });
    expect(await strategist.ask('a')).toBe('later');
    expect(strategist.waiting('b')).toEqual(['y']);
    strategist.add('a', { sequence: 2, architecture: 'z' }, true);
    expect(await strategist.ask('a')).toEqual({ sequence: 2, architecture: 'z' });
  });

  it('knows what an earlier process took, and does not hand it out again', async () => {
    strategist.add('a', { sequence: 0, architecture: 'x' }, false);
    strategist.add('a', { sequence: 1, architecture: 'y' }, true);
    strategist.hear('a', { kind: 'adopt', proposal: { sequence: 0, architecture: 'x' } });
    expect([
      strategist.isKnown('a', 'x'),
      strategist.isKnown('a', 'z'),
      strategist.isKnown('b', 'x'),
    ]).toEqual([true, false, false]);
    expect([strategist.count('a'), strategist.count('b')]).toEqual([2, 0]);
    expect(await strategist.ask('a')).toEqual({ sequence: 1, architecture: 'y' });
  });

  it('passes on what the farm has given up, once, and only if it was asked for here', async () => {
    for (const [sequence, architecture] of ['x', 'y', 'z'].entries())
      strategist.add('a', { sequence, architecture }, sequence > 0);
    await strategist.ask('a');
    await strategist.ask('a');
    strategist.hear('a', {
      kind: 'tell',
      architecture: 'y',
      evaluation: { kind: 'infeasible', violation: 1 },
    });
    for (const architecture of ['x', 'y', 'z', 'z'])
      strategist.hear('a', { kind: 'withdraw', architecture });
    expect(withdrawn).toEqual(['a 2 z']);
  });
});
