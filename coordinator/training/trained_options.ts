import { FarmError } from '../../common/farm_error';
import { referenceDigest } from '../../proto/codec/training/content_digest';
import type { TrainedOption } from '../../proto/codec/training/library';
import type { Ledger } from '../ledger/ledger';

const tasksAtOnce = 500;

/** What was trained of a reference's blocks, block by block. @throws FarmError for a reference that there is not */
export async function trainedOptions(
  { references, trainingTasks }: Pick<Ledger, 'references' | 'trainingTasks'>,
  name: string,
): Promise<readonly TrainedOption[]> {
  const reference = await references.find(name);
  if (reference === undefined)
    throw new FarmError(
      'not-found',
      `reference "${name.slice(0, 80)}" is not registered; farm reference list shows all`,
    );
  const options: TrainedOption[] = [];
  let after: string | undefined;
  do {
    const page = await trainingTasks.ended({
      referenceDigest: referenceDigest(reference),
      kind: 'block',
      most: tasksAtOnce,
      ...(after === undefined ? {} : { afterTaskId: after }),
    });
    for (const { task, end } of page)
      if (task.kind === 'block') options.push({ block: task.block, spec: task.spec, end });
    after = page.length < tasksAtOnce ? undefined : page.at(-1)?.taskId;
  } while (after !== undefined);
  return options.sort((one, other) => one.block - other.block);
}
