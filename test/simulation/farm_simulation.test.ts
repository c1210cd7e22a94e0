import { simulateFarm, type SimulationReport } from './farm_simulation';

/** One seed replays one farm: FARM_SIM_SEED=123 npx jest test/simulation */
const seedToReplay = process.env['FARM_SIM_SEED'];
const seeds =
  seedToReplay === undefined
    ? Array.from({ length: 1_000 }, (_, index) => index + 1)
    : [Number(seedToReplay)];

/** Each takes ten times what one without searches does. */
const farmsWithSearches = 60;

function simulate(seed: number, searches = 0): SimulationReport {
  try {
    return simulateFarm(seed, searches);
  } catch (error) {
    throw new Error(
      `seed ${String(seed)}: ${(error as Error).message} (replay with FARM_SIM_SEED=${String(seed)})`,
      { cause: error },
    );
  }
}

describe('a whole farm under loss, delay, replay, forgery, deaths, restarts and a clock that jumps', () => {
  it('loses no measurement, counts none twice, leases no device twice, and ends every job', () => {
    const reports = seeds.map((seed) => simulate(seed));
    if (seedToReplay !== undefined) return;
    // The farms must have been worth the trouble.
    const chaotic = reports.filter((report) => report.profile === 'chaos');
    expect(chaotic.length).toBeGreaterThan(700);
    expect(chaotic.filter((report) => report.incarnations > 3).length).toBeGreaterThan(300);
    expect(reports.reduce((sum, report) => sum + report.measured, 0)).toBeGreaterThan(10_000);
    expect(reports.reduce((sum, report) => sum + report.reused, 0)).toBeGreaterThan(500);
    expect(reports.reduce((sum, report) => sum + report.forgeries, 0)).toBeGreaterThan(3_000);
    expect(reports.reduce((sum, report) => sum + report.suspends, 0)).toBeGreaterThan(1_000);
  }, 120_000);

  it('runs searches that propose nothing twice, keep their budgets, finish, and find what they would have found undisturbed', () => {
    const reports = seeds.slice(0, farmsWithSearches).map((seed) => simulate(seed, 2));
    if (seedToReplay !== undefined) return;
    expect(reports.filter((report) => report.incarnations > 3).length).toBeGreaterThan(15);
    expect(reports.reduce((sum, report) => sum + report.searchesFinished, 0)).toBeGreaterThan(90);
    expect(reports.reduce((sum, report) => sum + report.searchesExtended, 0)).toBeGreaterThan(15);
  }, 60_000);

  it('is the same farm for the same seed', () => {
    for (const seed of [1, 2, 3, 4, 5]) expect(simulate(seed, 1)).toEqual(simulate(seed, 1));
  });
});
