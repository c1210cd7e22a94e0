import type { SchedulerEffect } from '../../../coordinator/schedule/event/effect';
import { createFarm, phone, type Farm } from './farm';

/** Two agents whose adb shows the same phone; `second` said so last. */
function seenTwice(): Farm {
  const farm = createFarm();
  farm.attach('first', [phone('p1')]);
  farm.attach('second', [phone('p1')]);
  return farm;
}

const agentsOf = (effects: readonly SchedulerEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'run-job' ? [effect.agentId] : []));
const stateOf = (farm: Farm): string => farm.state.devices.get('p1')!.state.kind;

describe('a phone that two agents see', () => {
  it('is one device, driven by the agent that said so last', () => {
    const farm = seenTwice();
    expect(farm.state.devices.size).toBe(1);
    expect(agentsOf(farm.submit('job'))).toEqual(['second']);
    expect(agentsOf(farm.submit('next'))).toEqual([]);
  });

  it.each([
    [
      'lost it',
      (farm: Farm): unknown =>
        farm.send({
          kind: 'device-detached',
          agentId: 'second',
          deviceSerial: 'p1',
          reason: 'unplugged',
        }),
    ],
    ['said a hello without it', (farm: Farm): unknown => farm.attach('second', [])],
    [
      'broke its stream',
      (farm: Farm): unknown => farm.send({ kind: 'agent-detached', agentId: 'second' }),
    ],
    ['fell silent', (farm: Farm): unknown => farm.live(13_000, ['first'])],
  ])("is the other's at once when its agent %s", (_, leave) => {
    const farm = seenTwice();
    leave(farm);
    expect(stateOf(farm)).toBe('idle');
    expect(agentsOf(farm.submit('job'))).toEqual(['first']);
  });

  it('stays when the agent leaves that does not drive it', () => {
    const farm = seenTwice();
    farm.send({
      kind: 'device-detached',
      agentId: 'first',
      deviceSerial: 'p1',
      reason: 'unplugged',
    });
    expect(agentsOf(farm.submit('job'))).toEqual(['second']);
  });

  it("is absent when both have lost it, and nobody's who does not see it any more", () => {
    const farm = seenTwice();
    farm.send({
      kind: 'device-detached',
      agentId: 'first',
      deviceSerial: 'p1',
      reason: 'unplugged',
    });
    farm.send({
      kind: 'device-detached',
      agentId: 'second',
      deviceSerial: 'p1',
      reason: 'unplugged',
    });
    expect(stateOf(farm)).toBe('absent');
    farm.hear('first');
    expect(farm.submit('job')).toEqual([]);
  });

  it('keeps its lease while the agent that holds it lives, and is then given jobs through the other', () => {
    const farm = seenTwice();
    expect(agentsOf(farm.submit('job'))).toEqual(['second']);
    const lease = farm.leaseOf('job');
    farm.attach('first', [phone('p1')]);
    farm.hear('second', [lease]);
    expect(farm.leaseOf('job')).toEqual(lease);
    farm.finish('job');
    expect(agentsOf(farm.submit('next'))).toEqual(['first']);
  });

  it('returns to an agent that was given up and is heard again, when the other has left meanwhile', () => {
    const farm = seenTwice();
    farm.live(13_000, ['first']);
    farm.send({
      kind: 'device-detached',
      agentId: 'first',
      deviceSerial: 'p1',
      reason: 'unplugged',
    });
    expect(stateOf(farm)).toBe('absent');
    farm.hear('second');
    expect(agentsOf(farm.submit('job'))).toEqual(['second']);
  });

  it('has the pool and the offers that its agent gives it', () => {
    const farm = createFarm();
    farm.attach('first', [phone('p1', ['shelf-a/tflite/cpu/int8'])]);
    farm.attach('second', [phone('p1', ['shelf-b/tflite/cpu/int8'])]);
    farm.send({
      kind: 'device-detached',
      agentId: 'second',
      deviceSerial: 'p1',
      reason: 'unplugged',
    });
    expect(farm.submit('job', { target: 'shelf-b/tflite/cpu/int8' })).toEqual([]);
    expect(agentsOf(farm.submit('other', { target: 'shelf-a/tflite/cpu/int8' }))).toEqual([
      'first',
    ]);
  });
});
