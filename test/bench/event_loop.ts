import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { connect } from 'nats';
import { systemClock } from '../../platform/time/clock';
import { startFarm, type FarmUnderTest } from './farm_under_test';
import { hostileInputs } from './hostile_inputs';
import { number, section } from './report';

/** Time for what an input set going to show in the loop, beyond its answer. */
const settleMs = 1_000;
/** Each input as often, since a loop can be unlucky or lucky. */
const repetitions = 3;

/** What a stranger sends to a coordinator that has a phone to look after, and for how long its event loop then stands still. */
export async function benchEventLoop(): Promise<void> {
  const under = await startFarm({ phones: 1, timeScale: 1, latencyMs: 5 });
  const broker = await connect({ servers: `127.0.0.1:${String(under.ports.nats)}` });
  const rows = [];
  try {
    for (const input of hostileInputs(under.target)) {
      const stoodMs: number[] = [];
      const answeredMs: number[] = [];
      const ranMs: number[] = [];
      for (let repetition = 0; repetition < repetitions; repetition += 1) {
        await longestStandMs(under);
        const ranBeforeMs = loopRanMs(under);
        const startedMs = performance.now();
        await input
          .send({
            farm: under.farm,
            broker,
            grpcAddress: `127.0.0.1:${String(under.ports.grpc)}`,
            target: under.target,
          })
          .catch(() => undefined);
        answeredMs.push(performance.now() - startedMs);
        await systemClock.sleep(settleMs);
        ranMs.push(loopRanMs(under) - ranBeforeMs);
        stoodMs.push(await longestStandMs(under));
      }
      rows.push([
        input.name,
        number(input.bytes),
        number(Math.max(...answeredMs)),
        number(Math.max(...stoodMs), 1),
        number(Math.max(...ranMs)),
      ]);
    }
  } finally {
    await broker.close();
    await under.stop();
  }
  section(
    `The coordinator's event loop under what strangers send: the longest of ${repetitions} tries each`,
    ['INPUT', 'BYTES', 'ANSWERED MS', 'LOOP STOOD MS', 'LOOP RAN MS IN ALL'],
    rows,
  );
}

/** Since it was asked last: the coordinator's own histogram (perf_hooks.monitorEventLoopDelay, 10 ms apart), which a look resets. */
async function longestStandMs({ ports }: Pick<FarmUnderTest, 'ports'>): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${String(ports.http)}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(page)?.[1]) * 1_000;
}

/** How long the loop's thread had a processor, ever: beyond it, a loop that stood still was waiting for one. https://www.kernel.org/doc/html/latest/scheduler/sched-stats.html */
function loopRanMs(under: Pick<FarmUnderTest, 'processes'>): number {
  const coordinator = under.processes().find(({ name }) => name === 'coordinator');
  if (coordinator === undefined) throw new Error('the farm has no coordinator');
  const pid = String(coordinator.pid);
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}
