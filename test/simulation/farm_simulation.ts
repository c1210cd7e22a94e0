import { BrokerModel } from './broker_model';
import { AgentModel } from './agent_model';
import { CoordinatorModel } from './coordinator_model';
import { LedgerModel } from './ledger_model';
import { chaosEndsAtMs, chooseProfile, appeased, type Profile } from './profile';
import { Referee } from './referee';
import { planSearch, requireUndisturbed } from './search_life';
import { drawSpec } from './drawn_search';
import { SearchModel } from './search_model';
import { World } from './world';
import { largestFarmFaults } from '../../coordinator/schedule/state/limits';
import { jobOf } from '../coordinator/schedule/farm';

const targets = ['sm8550/tflite/cpu/int8', 'sm8550/tflite/npu/int8'] as const;
const jobsPerFarm = 24;
const longestRunMs = 2 * 3_600_000;

export interface SimulationReport {
  readonly profile: Profile['name'];
  readonly endedAtMs: number;
  readonly steps: number;
  readonly measured: number;
  readonly incarnations: number;
  readonly physicalRuns: number;
  readonly reused: number;
  readonly forgeries: number;
  readonly suspends: number;
  readonly searchesFinished: number;
  readonly searchesExtended: number;
}

/** One farm from one seed, from the first job to the last word. @throws when a promise of the farm is broken. */
export function simulateFarm(seed: number, searchCount = 0): SimulationReport {
  const world = new World(seed);
  const chosen = chooseProfile(world);
  const peaceful = appeased(chosen);
  const profile = (): Profile => (world.nowMs < chaosEndsAtMs ? chosen : peaceful);
  const ledger = new LedgerModel();
  const referee = new Referee(ledger);
  const searches = Array.from({ length: searchCount }, (_, index) => {
    const searchId = `study-${String(index)}`;
    return new SearchModel(searchId, drawSpec(`${String(seed)}/${searchId}`));
  });
  const coordinator = new CoordinatorModel({ world, profile, ledger, referee, searches });
  const broker = new BrokerModel(world, profile, (result) => coordinator.consume(result));
  const restart = (): void => coordinator.start(() => broker.deliverBacklog());
  const agents = createAgents({
    world,
    profile,
    broker,
    referee,
    connect: (agentId) => coordinator.accept(agentId),
  });
  restart();
  for (const agent of agents) agent.start();
  planJobs(world, ledger, coordinator);
  planTrouble(world, profile, agents, { coordinator, ledger });
  for (const search of searches) planSearch(world, search, { coordinator, profile });
  // Whatever killed it, somebody starts it again.
  world.every(2_500, restart);
  const finished = (): boolean =>
    ledger.rows.size >= jobsPerFarm &&
    searches.every(({ isOver }) => isOver) &&
    ledger.openCount === 0 &&
    broker.isEmpty &&
    agents.every((agent) => agent.isIdle);
  world.run(longestRunMs, finished);
  referee.require(
    finished(),
    `after ${String(longestRunMs)} ms, ${String(ledger.openJobs().length)} jobs are open, and broker and spools ${broker.isEmpty ? 'are empty' : 'are not empty'}`,
  );
  verdict(referee, ledger, chosen);
  for (const search of searches) requireUndisturbed(referee, search);
  const physicalRuns = [...referee.starts.values()].reduce((sum, starts) => sum + starts, 0);
  return {
    profile: chosen.name,
    endedAtMs: world.nowMs,
    steps: coordinator.steps,
    measured: ledger.measurements().size,
    incarnations: ledger.incarnations,
    physicalRuns,
    reused: [...ledger.rows.values()].filter(({ state }) => state.kind === 'reused').length,
    forgeries: referee.forgeries,
    suspends: coordinator.suspends,
    searchesFinished: searches.filter((search) => search.ledger.state === 'finished').length,
    searchesExtended: searches.filter((search) => search.ledger.extensions.length > 0).length,
  };
}

function verdict(referee: Referee, ledger: LedgerModel, profile: Profile): void {
  for (const [jobId, count] of ledger.measurements()) {
    referee.require(count === 1, `job ${jobId} was counted ${String(count)} times`);
    referee.require(
      ledger.rows.get(jobId)?.state.kind === 'measured',
      `job ${jobId} has a measurement but ended otherwise`,
    );
  }
  for (const [jobId, row] of ledger.rows) {
    referee.require(
      row.state.kind !== 'measured' || ledger.measurements().has(jobId),
      `job ${jobId} ended as measured without a measurement`,
    );
  }
  referee.resultsAccountedFor();
  if (profile.name === 'chaos') return;
  for (const [jobId, row] of ledger.rows) {
    if (row.state.kind === 'reused') continue;
    const runs = referee.starts.get(jobId) ?? 0;
    // A crash is tried again, more often where nothing has run yet, and failed attempts are forgotten in a restart; whatever has an outcome runs once.
    const most = row.job.artifact.digest.startsWith('crashing')
      ? largestFarmFaults * ledger.incarnations
      : 1;
    referee.require(
      runs >= 1 && runs <= most,
      `job ${jobId} ran ${String(runs)} times on a phone, at most ${String(most)} expected`,
    );
  }
}

function createAgents(parts: ConstructorParameters<typeof AgentModel>[0]): readonly AgentModel[] {
  const { world } = parts;
  return Array.from({ length: world.between(1, 4) }, (_, index) => {
    const phones = Array.from({ length: world.between(1, 4) }, (_unused, slot) => ({
      serial: `phone-${String(index)}-${String(slot)}`,
      // The first phone of all offers everything, so that each job can run somewhere.
      targets: (index === 0 && slot === 0) || world.chance(0.7) ? targets : targets.slice(0, 1),
      plugged: true,
      running: null,
    }));
    return new AgentModel(parts, `agent-${String(index)}`, phones);
  });
}

function planJobs(world: World, ledger: LedgerModel, coordinator: CoordinatorModel): void {
  for (let count = 0; count < jobsPerFarm; count += 1) {
    const kind = world.random.next();
    const digest = `${kind < 0.1 ? 'refused' : kind < 0.25 ? 'crashing' : 'sound'}-${String(world.between(0, 12))}`;
    const owner = {
      ownerId: `search-${String(world.between(0, 3))}`,
      priority: world.between(0, 2),
      weight: world.between(1, 4),
    };
    const job = jobOf(`job-${String(count)}`, targets[world.between(0, targets.length)], digest);
    world.after(world.between(0, 60_000), () => {
      coordinator.submit(job, owner);
      if (ledger.endedOwnerIds.has(owner.ownerId)) {
        ledger.endOwner(owner.ownerId);
        coordinator.happens({ kind: 'owner-ended', ownerId: owner.ownerId });
      }
    });
  }
}

/** Each kind of trouble comes again and again, at random, until the chaos ends; then everything is put right. */
function planTrouble(
  world: World,
  profile: () => Profile,
  agents: readonly AgentModel[],
  farm: { readonly coordinator: CoordinatorModel; readonly ledger: LedgerModel },
): void {
  const pick = <Item>(items: readonly Item[]): Item => items[world.random.below(items.length)]!;
  const repeat = (everyMs: number, trouble: () => void): void => {
    if (!Number.isFinite(everyMs)) return;
    world.after(world.between(everyMs / 2, everyMs * 1.5), () => {
      if (world.nowMs >= chaosEndsAtMs) return;
      trouble();
      repeat(everyMs, trouble);
    });
  };
  repeat(profile().streamBreakEveryMs, () => pick(agents).breakStream());
  repeat(profile().coordinatorCrashEveryMs, () => farm.coordinator.crash());
  repeat(profile().suspendEveryMs, () =>
    farm.coordinator.suspend(world.between(1_000, 2 * 24 * 3_600_000)),
  );
  repeat(profile().agentDeathEveryMs, () => {
    const agent = pick(agents);
    if (!agent.isAlive) return;
    agent.die();
    world.after(world.between(200, 30_000), () => agent.start());
  });
  repeat(profile().unplugEveryMs, () => {
    const agent = pick(agents);
    const one = pick(agent.phones);
    agent.unplug(one);
    world.after(world.between(200, 20_000), () => agent.plug(one));
  });
  repeat(profile().operatorEveryMs, () => operate(world, pick(pick(agents).phones).serial, farm));
  world.after(chaosEndsAtMs, () => {
    // A device that was removed is found again when its agent attaches.
    for (const agent of agents) agent.breakStream();
    for (const ownerId of farm.ledger.pausedOwnerIds)
      farm.coordinator.happens({ kind: 'owner-resumed', ownerId });
    farm.ledger.pausedOwnerIds.clear();
  });
}

/** An operator's or a user's hand. */
function operate(
  world: World,
  deviceSerial: string,
  { coordinator, ledger }: { readonly coordinator: CoordinatorModel; readonly ledger: LedgerModel },
): void {
  const ownerId = `search-${String(world.between(0, 3))}`;
  const what = world.random.next();
  if (what < 0.3) {
    coordinator.happens({ kind: 'device-drained', deviceSerial });
    world.after(world.between(1_000, 20_000), () =>
      coordinator.happens({ kind: 'device-resumed', deviceSerial }),
    );
  } else if (what < 0.5) {
    coordinator.happens({ kind: 'device-removed', deviceSerial });
  } else if (what < 0.9) {
    ledger.pausedOwnerIds.add(ownerId);
    coordinator.happens({ kind: 'owner-paused', ownerId });
    world.after(world.between(1_000, 20_000), () => {
      ledger.pausedOwnerIds.delete(ownerId);
      coordinator.happens({ kind: 'owner-resumed', ownerId });
    });
  } else {
    ledger.endOwner(ownerId);
    coordinator.happens({ kind: 'owner-ended', ownerId });
  }
}
