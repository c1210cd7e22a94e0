/**
 * Files of Qualcomm's SDK that phones need, by their places in the archive (`qairt/VERSION/lib/…`). Stubs run on the
 * phone's CPU and load the skeleton of the same revision on its Hexagon.
 */
const libraries =
  /^(?:[^/]+\/)*lib\/aarch64-android\/(libQnn(?:System|Htp|HtpPrepare|Ir|Saver|TFLiteDelegate|HtpV\d{2}Stub)\.so)$/;
const skeletons = /^(?:[^/]+\/)*lib\/hexagon-v(\d{2})\/unsigned\/(libQnnHtpV(\d{2})(?:Skel)?\.so)$/;
const licences = /^(?:qairt\/[^/]+\/)?((?:LICENSE|NOTICE)[\w.-]{0,40})$/;

const needed = ['libQnnSystem.so', 'libQnnHtp.so', 'libQnnHtpPrepare.so'] as const;

/** Where an entry of the archive is kept, relative to the tool's folder; null for the many that phones do not need. */
export function placeOfSdkEntry(entryName: string): string | null {
  const library = libraries.exec(entryName)?.[1];
  if (library !== undefined) return `android/${library}`;
  const [, folder, skeleton, version] = skeletons.exec(entryName) ?? [];
  if (skeleton !== undefined && folder === version) return `hexagon-v${version ?? ''}/${skeleton}`;
  return licences.exec(entryName)?.[1] ?? null;
}

/** What a set of unpacked files lacks to serve any phone at all. */
export function missingFromSdk(places: readonly string[]): readonly string[] {
  const missing = needed.filter((name) => !places.includes(`android/${name}`));
  return hexagonVersionsOf(places).length > 0 ? missing : [...missing, 'a stub with its skeleton'];
}

/** Hexagon versions for which both halves are there, oldest first. */
export function hexagonVersionsOf(places: readonly string[]): readonly number[] {
  const versions = places.flatMap(
    (place) => /^hexagon-v(\d{2})\/libQnnHtpV\1Skel\.so$/.exec(place)?.[1] ?? [],
  );
  const whole = versions.filter((version) =>
    places.includes(`android/libQnnHtpV${version}Stub.so`),
  );
  return whole.map(Number).sort((a, b) => a - b);
}

/** The files for phones of one Hexagon version. */
export function sdkFilesFor(places: readonly string[], hexagonVersion: number): readonly string[] {
  const stub = `android/libQnnHtpV${String(hexagonVersion)}Stub.so`;
  const common = places.filter(
    (place) => place.startsWith('android/') && !/V\d{2}Stub\.so$/.test(place),
  );
  const own = places.filter((place) => place.startsWith(`hexagon-v${String(hexagonVersion)}/`));
  return [...common.filter((place) => !place.endsWith('/libQnnTFLiteDelegate.so')), stub, ...own];
}
