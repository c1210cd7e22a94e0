import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ExportedModelFacts } from '../../proto/codec/front';
import type { FarmClient } from '../link/farm_client';
import { createFolder } from '../output/folder';
import { writeWholeFile } from '../output/whole_file';

/** A model that was written, and the file of what is known of it. */
type ExportedFile = Omit<ExportedModelFacts, 'artifact'> & {
  readonly file: string;
  readonly facts: string;
};

interface ExportedNetwork {
  readonly searchId: string;
  readonly architecture: string;
  /** Undefined: of whichever, if all have the same file. */
  readonly target: string | undefined;
}

/** Downloads the int8 model of `architecture`, and tells what is known of it beside the file; both are named by its digest, so a repetition writes the same. */
export async function exportModel(
  farm: FarmClient,
  { searchId, architecture, target }: ExportedNetwork,
  folder: string,
): Promise<ExportedFile> {
  const { artifact, ...known } = await farm.exportModel(searchId, architecture, target);
  await createFolder(folder, '-o DIR');
  const stem = path.join(folder, `${artifact.digest.slice(0, 16)}.int8`);
  const file = `${stem}.${artifact.format}`;
  await pipeline(farm.download(artifact.digest), createWriteStream(file));
  const facts = {
    searchId,
    ...known,
    artifactDigest: artifact.digest,
    sizeBytes: artifact.sizeBytes,
  };
  await writeWholeFile(`${stem}.json`, `${JSON.stringify(facts, null, 2)}\n`, '-o DIR');
  return { file, facts: `${stem}.json`, ...known };
}
