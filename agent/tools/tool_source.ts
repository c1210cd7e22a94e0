/** What `farm tools fetch` can bring. */
export const fetchedTools = ['litert', 'qairt'] as const;
export type FetchedTool = (typeof fetchedTools)[number];

export interface Licence {
  readonly name: string;
  readonly url: string;
  /** Whether its owner wants it accepted before the files are used. */
  readonly toBeAccepted: boolean;
}

/** Where a tool is published, under which licence, and which of its files phones need. */
export interface ToolSource {
  readonly tool: FetchedTool;
  readonly title: string;
  readonly licence: Licence;
  readonly baseUrl: string;
  readonly version: { readonly pattern: RegExp; readonly expected: string };
  /** What is downloaded, relative to the base address. */
  readonly paths: (version: string) => readonly [string, ...string[]];
  /** More than the largest version known, so that a mistaken address does not fill the disk. */
  readonly largestBytes: number;
}

/**
 * LiteRT's prebuilt tools, by the version of the PyPI package `ai-edge-litert`.
 * Google's own command fetches them from there: https://pypi.org/project/litert-cli/
 */
const litert: ToolSource = {
  tool: 'litert',
  title: "LiteRT's benchmark_model with its NPU plugins for Qualcomm",
  licence: {
    name: 'Apache-2.0',
    url: 'https://github.com/google-ai-edge/LiteRT/blob/main/LICENSE',
    toBeAccepted: false,
  },
  baseUrl: 'https://storage.googleapis.com/litert/binaries',
  version: { pattern: /^(?:\d{1,4}(?:\.\d{1,4}){2}|nightly)$/, expected: '2.2.0, or nightly' },
  paths: (version) => [
    `${version}/android_arm64/benchmark_model`,
    `${version}/android_arm64/libLiteRtDispatch_Qualcomm.so`,
    `${version}/android_arm64/libLiteRtCompilerPlugin_Qualcomm.so`,
  ],
  largestBytes: 1_000_000_000,
};

/**
 * The community edition of Qualcomm's AI Runtime SDK, one archive per version; LiteRT's build takes it from there:
 * https://github.com/google-ai-edge/LiteRT/blob/main/third_party/qairt/workspace.bzl
 */
const qairt: ToolSource = {
  tool: 'qairt',
  title: "Qualcomm's libraries for the Hexagon NPU, of the AI Runtime SDK, community edition",
  licence: {
    name: "Qualcomm's AI Runtime Community licence, proprietary",
    url: 'https://softwarecenter.qualcomm.com/catalog/item/Qualcomm_AI_Runtime_Community',
    toBeAccepted: true,
  },
  baseUrl:
    'https://softwarecenter.qualcomm.com/api/download/software/sdks/Qualcomm_AI_Runtime_Community/All',
  version: { pattern: /^\d{1,4}(?:\.\d{1,4}){2}\.\d{6}$/, expected: '2.47.0.260601' },
  paths: (version) => [`${version}/v${version}.zip`],
  largestBytes: 8_000_000_000,
};

const sources: Readonly<Record<FetchedTool, ToolSource>> = { litert, qairt };

export function toolSource(tool: FetchedTool): ToolSource {
  return sources[tool];
}

/** The version that `farm tools fetch litert` takes unless told otherwise. */
export const usualLitertVersion = '2.2.0';

/**
 * Which SDK a version of LiteRT was built with: its plugins crash with libraries of another revision.
 * https://pypi.org/project/litert-cli/ 0.2.1, litert_cli/core/constants.py; LiteRT-CLI issue 75
 */
const qairtByLitert: ReadonlyMap<string, string> = new Map([
  ['2.1.4', '2.44.0.260225'],
  ['2.1.5', '2.44.0.260225'],
  ['2.1.6', '2.47.0.260601'],
  ['2.2.0', '2.47.0.260601'],
]);

/** The SDK that fits a version of LiteRT; undefined for a version that is not known here. */
export function qairtVersionFor(litertVersion: string): string | undefined {
  return qairtByLitert.get(litertVersion);
}
