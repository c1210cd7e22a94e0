import {
  hexagonVersionsOf,
  missingFromSdk,
  placeOfSdkEntry,
  sdkFilesFor,
} from '../../../agent/tools/sdk_layout';

test.each([
  ['qairt/2.40.0/lib/aarch64-android/libQnnHtp.so', 'android/libQnnHtp.so'],
  ['qairt/2.40.0/lib/aarch64-android/libQnnHtpV73Stub.so', 'android/libQnnHtpV73Stub.so'],
  ['qairt/2.40.0/lib/hexagon-v73/unsigned/libQnnHtpV73Skel.so', 'hexagon-v73/libQnnHtpV73Skel.so'],
  ['qairt/2.40.0/LICENSE.pdf', 'LICENSE.pdf'],
  ['qairt/2.40.0/NOTICE.txt', 'NOTICE.txt'],
])('%s is kept as %s', (entry, place) => {
  expect(placeOfSdkEntry(entry)).toBe(place);
});

test.each([
  'qairt/2.40.0/lib/x86_64-linux-clang/libQnnHtp.so',
  'qairt/2.40.0/lib/aarch64-android/libQnnGpu.so',
  'qairt/2.40.0/lib/hexagon-v73/unsigned/libQnnHtpV75Skel.so',
  'qairt/2.40.0/lib/hexagon-v73/signed/libQnnHtpV73Skel.so',
  'qairt/2.40.0/docs/LICENSE.txt',
  '../../etc/passwd',
  'qairt/2.40.0/lib/aarch64-android/../libQnnHtp.so',
  '',
])('%j is left in the archive', (entry) => {
  expect(placeOfSdkEntry(entry)).toBeNull();
});

const common = ['android/libQnnSystem.so', 'android/libQnnHtp.so', 'android/libQnnHtpPrepare.so'];
const halves = (version: number): string[] => [
  `android/libQnnHtpV${String(version)}Stub.so`,
  `hexagon-v${String(version)}/libQnnHtpV${String(version)}Skel.so`,
];

test('a Hexagon is served when both halves are there', () => {
  expect(hexagonVersionsOf([...halves(75), ...halves(69), halves(73)[0]!, halves(79)[1]!])).toEqual(
    [69, 75],
  );
});

test('what is missing for any phone at all is named', () => {
  expect(missingFromSdk([...common, ...halves(73)])).toEqual([]);
  expect(missingFromSdk([...common.slice(1), ...halves(73)])).toEqual(['libQnnSystem.so']);
  expect(missingFromSdk(common)).toEqual(['a stub with its skeleton']);
  expect(missingFromSdk([])).toHaveLength(4);
});

test('a phone gets what all need and its own halves, and no delegate of TFLite', () => {
  const all = [...common, ...halves(73), ...halves(75), 'android/libQnnTFLiteDelegate.so'];
  expect([...sdkFilesFor(all, 73)].toSorted()).toEqual([...common, ...halves(73)].toSorted());
});
