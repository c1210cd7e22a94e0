import { openEngine } from '../../../../predictor/engine/open_engine';
import { randomValues } from './network_lab';
import { describeGradients } from './operator_gradients';
import { tinyParts } from './tiny_network';

/** One process has one backend, so this file has WebAssembly's. */
const open = (): ReturnType<typeof openEngine> => openEngine({ kind: 'wasm', threads: undefined });

describeGradients(open);

test('WebAssembly learns six images by heart, on 8 bits too', async () => {
  const engine = await open();
  expect(engine.kind).toBe('wasm');
  for (const quantizationAware of [false, true]) {
    const network = engine.createNetwork(tinyParts);
    const training = network.train({
      kind: 'adam',
      weightDecay: 0,
      clipNorm: null,
      trainedParts: ['body', 'head'],
      quantizationAware,
    });
    const images = randomValues([6, 4, 4, 2], 'images');
    const step = (): number =>
      training.step(
        images,
        {
          kind: 'labels',
          labels: Int32Array.of(0, 1, 2, 0, 1, 2),
          teacherLogits: undefined,
          distillationShare: 0,
          temperature: 1,
        },
        0.05,
      );
    const first = step();
    let last = first;
    for (let count = 0; count < 150; count += 1) last = step();
    expect(last).toBeLessThan(first / 10);
    training.close();
    network.close();
  }
  expect(engine.memory().tensors).toBe(0);
});
