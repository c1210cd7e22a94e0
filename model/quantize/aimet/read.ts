import { fail, ok, type Result } from '../../../common/result';
import { quoted, type AimetEncoding, type AimetEncodings } from './aimet_encoding';
import {
  elements,
  has,
  member,
  members,
  text,
  UnreadableEncodings,
  wholeFile,
  type JsonField,
} from './json_field';
import type { NamedEncoding } from './entry';
import { entryOfVersion0 } from './entry_of_version0';
import { entryOfVersion1 } from './entry_of_version1';
import { entryOfVersion2 } from './entry_of_version2';

/** Thirty times what ResNet-50 takes with every channel's encoding spelled out. */
const largestEncodingsBytes = 128 * 2 ** 20;

type Section = 'activations' | 'parameters';
/**
 * Reads an AIMET encodings file of version 0.4.0 and older (which name none), 0.5.0, 0.6.1, 1.0.0 or 2.0.0. Whatever the
 * text, the answer is a checked value or one line that names the field. Encodings by blocks of channels are refused: the
 * operators here have none.
 */
export function readEncodings(json: string): Result<AimetEncodings, string> {
  if (json.length > largestEncodingsBytes)
    return fail(
      `the file has ${String(json.length)} characters; encodings above ${String(largestEncodingsBytes)} are refused`,
    );
  try {
    return ok(checked({ path: wholeFile, value: parse(json) }));
  } catch (error) {
    if (error instanceof UnreadableEncodings) return fail(error.message);
    throw error;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // V8 quotes a piece of the text, which may hold line breaks.
    throw new UnreadableEncodings(
      `not a JSON file: ${(error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 160)}`,
    );
  }
}

function checked(file: JsonField): AimetEncodings {
  const version = has(file, 'version') ? text(member(file, 'version')) : '0.4.0';
  switch (version) {
    case '1.0.0':
      return collected(
        sections(file).map(({ section, field }) => ({
          section,
          entries: elements(field).map(entryOfVersion1),
        })),
      );
    case '2.0.0':
      // One list: which of them are parameters is for the graph to tell.
      return collected([
        {
          section: 'activations',
          entries: elements(member(file, 'encodings')).map(entryOfVersion2),
        },
      ]);
    case '0.6.1':
    case '0.5.0':
      return collected(
        sections(file).map(({ section, field }) => ({
          section,
          entries: members(field).map(([name, at]) => entryOfVersion0(name, at, version)),
        })),
      );
    default:
      // 0.4.0 is the first that names itself, and older ones have its form.
      if (/^0\.[0-4]\.\d+$/.test(version))
        return collected(
          sections(file).map(({ section, field }) => ({
            section,
            entries: members(field).map(([name, at]) => entryOfVersion0(name, at, '0.4.0')),
          })),
        );
      throw new UnreadableEncodings(
        `version is ${quoted(version)}; expected 0.4.0, 0.5.0, 0.6.1, 1.0.0 or 2.0.0`,
      );
  }
}

function sections(
  file: JsonField,
): readonly { readonly section: Section; readonly field: JsonField }[] {
  return [
    { section: 'activations', field: member(file, 'activation_encodings') },
    { section: 'parameters', field: member(file, 'param_encodings') },
  ];
}

function collected(
  all: readonly { readonly section: Section; readonly entries: readonly NamedEncoding[] }[],
): AimetEncodings {
  const found = {
    activations: new Map<string, AimetEncoding>(),
    parameters: new Map<string, AimetEncoding>(),
  };
  const floats = new Set<string>();
  for (const { section, entries } of all) {
    for (const [name, encoding, { path }] of entries) {
      if (found.activations.has(name) || found.parameters.has(name) || floats.has(name))
        throw new UnreadableEncodings(
          `${path} is the second encoding of ${quoted(name)}; expected one`,
        );
      if (encoding === null) floats.add(name);
      else found[section].set(name, encoding);
    }
  }
  return { ...found, floats: [...floats] };
}
