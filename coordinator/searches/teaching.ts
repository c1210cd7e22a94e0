import { spaceKeyOf, spaceNameOf } from '../../model/space/space_reference';
import { BadInputError } from '../../common/bad_input';
import type { Ledger } from '../ledger/ledger';
import type { PastTarget } from '../../search/strategy/past_target';
import { standing } from '../../search/strategy/expectation';
import type { SearchSpec } from '../../search/spec/search_spec';
import { secondLookJobs, trialKey } from './second_look_jobs';
import type { SpecReader } from './spec_reader';

type Teaching = Pick<Ledger, 'searches' | 'candidates' | 'confirmations' | 'jobs' | 'measurements'>;

/**
 * The specification with the number of measurements of each teacher that count, those of now unless it says so itself: what is measured later changes nothing
 * of a search that is rebuilt. `source` names the specification.
 * @throws BadInputError for a teacher that there is not, that searches another space, or that has measured nothing
 */
export async function withTeachersOfNow(
  specYaml: string,
  source: string,
  { ledger, specs }: { readonly ledger: Teaching; readonly specs: SpecReader },
): Promise<string> {
  const spec = await specs.read(specYaml, source);
  if (spec.teachers.length === 0) return specYaml;
  const records = await ledger.searches.all();
  const teachers: { search: string; measured: number }[] = [];
  for (const [index, teacher] of spec.teachers.entries()) {
    const where = `${source}: field teachers.${String(index)}`;
    const record = records.find(({ searchId }) => searchId === teacher.search);
    if (record === undefined)
      throw new BadInputError(
        `${where}: there is no search "${teacher.search}" (see: farm search list)`,
      );
    const { space } = await specs.read(record.specYaml, `search ${teacher.search}`);
    if (spaceKeyOf(space) !== spaceKeyOf(spec.space))
      throw new BadInputError(
        `${where}: search ${teacher.search} is over ${spaceNameOf(space)}, and this one over ${spaceNameOf(spec.space)}${spaceNameOf(space) === spaceNameOf(spec.space) ? ' of another document' : ''}; only a search over the same space can teach it`,
      );
    const measured = (await pastTargets(teacher.search, ledger)).reduce(
      (sum, past) => sum + past.measured.length,
      0,
    );
    if (measured === 0)
      throw new BadInputError(
        `${where}: search ${teacher.search} has measured nothing yet; wait for it, or leave it out`,
      );
    teachers.push({
      search: teacher.search,
      measured: Math.min(measured, teacher.measured ?? Infinity),
    });
  }
  return specs.withFields(specYaml, { teachers });
}

export interface Onboarding {
  /** At least one. */
  readonly searchIds: readonly string[];
  readonly target: string;
  readonly measurements: number;
}

/** The first search's specification, for the new target. @throws BadInputError when there is no such search */
export async function onboardingYaml(
  { searchIds, target, measurements }: Onboarding,
  source: string,
  { ledger, specs }: { readonly ledger: Pick<Ledger, 'searches'>; readonly specs: SpecReader },
): Promise<string> {
  const [first] = searchIds;
  if (first === undefined)
    throw new BadInputError(
      `${source}: expected the id of at least one search to learn from (see: farm search list)`,
    );
  const record = (await ledger.searches.all()).find(({ searchId }) => searchId === first);
  if (record === undefined)
    throw new BadInputError(`${source}: there is no search "${first}" (see: farm search list)`);
  const { strategy } = await specs.read(record.specYaml, `search ${first}`);
  return specs.withFields(record.specYaml, {
    targets: [target],
    budget: { measurements },
    strategy: {
      kind: 'surrogate',
      ...(strategy.kind === 'external' ? {} : { seed: strategy.seed }),
    },
    teachers: searchIds,
  });
}

/** What the teachers of a search measured, by target. */
export async function loadPast(
  { teachers }: SearchSpec,
  ledger: Teaching,
): Promise<readonly PastTarget[]> {
  const past: PastTarget[] = [];
  for (const { search, measured } of teachers)
    past.push(...(await pastTargets(search, ledger, measured)));
  return past;
}

async function pastTargets(
  searchId: string,
  ledger: Teaching,
  most = Infinity,
): Promise<readonly PastTarget[]> {
  const candidates = new Map(
    (await ledger.candidates.of(searchId)).map((candidate) => [candidate.jobId, candidate]),
  );
  const ended = (await ledger.jobs.find({ ownerId: searchId }))
    .filter(
      ({ job, state }) =>
        candidates.has(job.jobId) && (state.kind === 'measured' || state.kind === 'reused'),
    )
    .slice(0, most);
  const looks = secondLookJobs(await ledger.confirmations.of(searchId));
  const measurements = await ledger.measurements.of([
    ...ended.map(({ job }) => job.jobId),
    ...looks.values(),
  ]);
  const targets = new Map<string, { architecture: string; latencyMs: number }[]>();
  for (const { job } of ended) {
    const candidate = candidates.get(job.jobId);
    const first = measurements.get(job.jobId);
    if (candidate === undefined || first === undefined) continue;
    const measurement = standing(
      first,
      measurements.get(looks.get(trialKey(candidate)) ?? '') ?? first,
    );
    const measured = targets.get(candidate.target) ?? [];
    measured.push({ architecture: candidate.architecture, latencyMs: measurement.latencyMs });
    targets.set(candidate.target, measured);
  }
  return Array.from(targets, ([target, measured]) => ({ target, measured }));
}
