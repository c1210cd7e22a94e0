import { createHash, randomBytes } from 'node:crypto';
import { buildCandidate } from '../../model/build';

export interface FreshModel {
  readonly bytes: Buffer;
  readonly digest: string;
}

/** Field 2000, bytes: readers of ModelProto skip what they do not know, so it changes the file and not the network. */
const unknownFieldTag = Buffer.from([0x82, 0x7d]);
const smallestCell = '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|';

/** Makes files of `sizeBytes` that hold one small int8 network and are all different, as the candidates of a search are. */
export async function createModelSource(): Promise<(sizeBytes: number) => FreshModel> {
  const built = await buildCandidate({
    space: 'nasbench201',
    architecture: smallestCell,
    seed: 1,
    cellsPerStage: 1,
    calibration: { kind: 'generated', seed: 1, samples: 1 },
  });
  const network = Buffer.from(built.int8);
  return (sizeBytes) => {
    const nonce = randomBytes(16).toString('hex');
    const padding = Buffer.alloc(Math.max(nonce.length, sizeBytes - network.length - 7), 'x');
    padding.write(nonce);
    const bytes = Buffer.concat([network, unknownFieldTag, varint(padding.length), padding]);
    return { bytes, digest: createHash('sha256').update(bytes).digest('hex') };
  };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
