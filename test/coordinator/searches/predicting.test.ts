import { BadInputError } from '../../../common/bad_input';
import { loadSearchCatalog } from '../../../coordinator/searches/search_catalog';
import { loadSpace } from '../../../model/space/load_space';
import { predictAccuracy } from '../../../search/prediction/predict_accuracy';
import { parseSearchSpec } from '../../../search/spec/search_spec';
import { samplePredictor } from '../../search/prediction/sample_predictor';
import { aReference } from '../../training_samples';
import { fastTarget } from './search_bench';
import { SearchLab } from './search_lab';

const specYaml = (more: object = {}, accuracy: object = {}): string =>
  JSON.stringify({
    name: 'predicted',
    space: 'demo-small',
    strategy: { kind: 'random', seed: 3 },
    targets: [fastTarget],
    budget: { measurements: 4 },
    accuracy: { kind: 'predictor', reference: aReference.name, ...accuracy },
    ...more,
  });

describe('a search whose accuracies come from a predictor', () => {
  const document = samplePredictor('demo-small', aReference);
  let lab: SearchLab;
  const keep = (kept = document): Promise<number> =>
    lab.ledger.predictors.save(kept.referenceDigest, JSON.stringify(kept));

  beforeEach(async () => {
    lab = await SearchLab.open();
    await lab.ledger.references.save(aReference);
  });
  afterEach(() => lab.close());

  it('scores networks as the predictor does, and says whose word that is', async () => {
    await keep();
    const searchId = await lab.create(specYaml());
    await lab.measure();
    const [record] = await lab.ledger.searches.all();
    const spec = parseSearchSpec(record!.specYaml, 'kept');
    const accuracy = loadSearchCatalog().accuracy(spec);
    const space = loadSpace('demo-small');
    for (const architecture of await lab.architectures(searchId))
      expect(accuracy.accuracyOf(architecture)).toEqual(
        predictAccuracy(
          document,
          space.blocksOf!(architecture).map(({ text }) => text),
        ),
      );
    const { kendallTau } = document.heldOut;
    expect(accuracy.statement).toBe(
      `predictor 1 of reference ${aReference.name}, int8 after brief finetuning, ± ${document.model.residualDeviation.toFixed(1)} points, τ ${kendallTau.toFixed(2)} on networks held out`,
    );
    expect(await lab.reader.get(searchId)).toMatchObject({ state: 'finished' });
  });

  it('keeps the predictor of its beginning, whatever is fitted later', async () => {
    await keep();
    const searchId = await lab.create(specYaml());
    await lab.measure(2);
    const before = (await lab.reader.front(searchId))[0]!.points;
    await keep({ ...document, version: 2, model: { ...document.model, intercept: 12 } });
    await lab.restart();
    expect((await lab.reader.front(searchId))[0]!.points).toEqual(before);
  });

  it('is over the networks whose blocks are trained, however few they are', async () => {
    const few = document.blocks.map((options) =>
      Object.fromEntries(Object.entries(options).slice(0, 2)),
    );
    await keep({ ...document, blocks: few });
    const searchId = await lab.create(specYaml());
    await lab.measure();
    const space = loadSpace('demo-small');
    for (const architecture of await lab.architectures(searchId))
      expect(
        space.blocksOf!(architecture).every(({ text }, block) =>
          Object.keys(few[block]!).includes(text),
        ),
      ).toBe(true);
  });

  it('is refused without a predictor, with one that orders badly, and over another space', async () => {
    const refusal = (yaml: string, message: string): Promise<void> =>
      expect(lab.create(yaml)).rejects.toThrow(new BadInputError(`spec.yaml: field ${message}`));
    await refusal(
      specYaml({}, { reference: 'nobody' }),
      'accuracy.reference: reference "nobody" is not registered (see: farm library build)',
    );
    await refusal(
      specYaml(),
      `accuracy.reference: reference ${aReference.name} has no predictor; farm predictor build makes one`,
    );
    await keep({ ...document, heldOut: { ...document.heldOut, kendallTau: 0.4123 } });
    await refusal(
      specYaml(),
      `accuracy: the predictor of ${aReference.name} has τ 0.41 on networks held out, and the search asks for 0.6; set minimumTau to accept it, or build a better one with more architectures`,
    );
    await refusal(
      specYaml({ space: 'mobilenetv2' }, { minimumTau: 0.4 }),
      'accuracy.reference: its predictor is of space demo-small, and the search is over mobilenetv2; search demo-small, or build a predictor of mobilenetv2',
    );
    expect(await lab.ledger.searches.all()).toEqual([]);
  });
});
