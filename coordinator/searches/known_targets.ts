import { BadInputError } from '../../common/bad_input';
import { formatTarget } from '../../common/target';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { SearchParts } from './search_parts';

/** A target that no device ever offered is more likely a typing error than a phone to come. @throws BadInputError */
export async function requireKnownTargets(
  spec: SearchSpec,
  source: string,
  ledger: Pick<SearchParts['ledger'], 'devices'>,
): Promise<void> {
  const devices = await ledger.devices.all();
  const known = new Set(
    devices.flatMap(({ description }) =>
      description.offers.map((offer) => formatTarget({ pool: description.pool, ...offer })),
    ),
  );
  spec.targets.forEach(({ name }, index) => {
    if (known.has(name)) return;
    const usable = [...known].filter(
      (each) => each.includes('/onnxruntime/') && each.endsWith('/int8'),
    );
    const remedy =
      usable.length === 0
        ? 'no device is registered yet; start an agent (see: farm doctor)'
        : `choose one of ${usable.sort().join(', ')}`;
    throw new BadInputError(
      `${source}: field targets.${index}: no device has ever offered ${name}; ${remedy}`,
    );
  });
}
