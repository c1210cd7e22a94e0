import type { onnx } from 'onnx-proto';
import { fail, ok, type Result } from '../../common/result';
import { quote } from './quote';

/** No network has as many, and a file of a few functions that call one another can ask for any number. All work on a graph grows with it. */
const mostNodes = 100_000;
/** Functions that call functions; exporters nest two or three deep. */
const deepestCalls = 32;

class InlineRefused extends Error {}

/** The graph's nodes with every call of a function that the file defines replaced by the function's body. */
export function inlineFunctions(
  model: onnx.ModelProto,
): Result<readonly onnx.INodeProto[], string> {
  const nodes = model.graph?.node ?? [];
  const functions = new Map(
    model.functions.map((entry) => [keyOf(entry.domain, entry.name), entry]),
  );
  if (nodes.length > mostNodes)
    return fail(
      `the network has ${nodes.length} nodes; expected at most ${mostNodes}: export it without unrolled loops, or cut it`,
    );
  if (functions.size === 0) return ok(nodes);
  if (functions.size < model.functions.length)
    return fail('a function is defined twice; overloaded functions are not supported');
  try {
    return ok(new Inlining(functions).expand(nodes, []));
  } catch (error) {
    if (error instanceof InlineRefused) return fail(error.message);
    throw error;
  }
}

type Text = string | null | undefined;

function keyOf(domain: Text, name: Text): string {
  return [domain === 'ai.onnx' ? '' : (domain ?? ''), name ?? ''].join('\0');
}

class Inlining {
  private readonly prefixes = new Set<string>();
  private nodeCount = 0;

  constructor(private readonly functions: ReadonlyMap<string, onnx.IFunctionProto>) {}

  expand(nodes: readonly onnx.INodeProto[], callers: readonly string[]): onnx.INodeProto[] {
    return nodes.flatMap((node) => {
      const key = keyOf(node.domain, node.opType);
      const called = this.functions.get(key);
      if (called === undefined) {
        this.nodeCount += 1;
        if (this.nodeCount > mostNodes)
          throw new InlineRefused(
            `the functions in the file expand to more than ${mostNodes} nodes`,
          );
        return [node];
      }
      if (callers.includes(key))
        throw new InlineRefused(`function ${quote(called.name ?? '')} calls itself`);
      if (callers.length >= deepestCalls)
        throw new InlineRefused(`functions call one another deeper than ${deepestCalls} times`);
      return this.expand(this.bodyOf(node, called), [...callers, key]);
    });
  }

  /** The body with the caller's tensors and attributes in place of the function's parameters. */
  private bodyOf(call: onnx.INodeProto, called: onnx.IFunctionProto): readonly onnx.INodeProto[] {
    const prefix = this.freshPrefix(call);
    const names = new Map<string, string>([['', '']]);
    (called.output ?? []).forEach((output, index) =>
      names.set(output, present(call.output?.[index]) ?? `${prefix}/${output}`),
    );
    (called.input ?? []).forEach((input, index) => names.set(input, call.input?.[index] ?? ''));
    const nameOf = (tensor: string): string => names.get(tensor) ?? `${prefix}/${tensor}`;
    const passthrough = (called.output ?? []).filter((output) =>
      (called.input ?? []).includes(output),
    );
    if (passthrough.length > 0)
      throw new InlineRefused(
        `function ${quote(called.name ?? '')} returns its input ${quote(passthrough[0] ?? '')} unchanged; put an Identity between`,
      );
    return (called.node ?? []).map((node) => ({
      ...node,
      name: `${prefix}/${present(node.name) ?? node.output?.[0] ?? ''}`,
      input: (node.input ?? []).map(nameOf),
      output: (node.output ?? []).map(nameOf),
      attribute: (node.attribute ?? []).flatMap((attribute) => resolved(attribute, call, called)),
    }));
  }

  private freshPrefix(call: onnx.INodeProto): string {
    const base = present(call.name) ?? call.output?.[0] ?? '';
    let prefix = base;
    for (let attempt = 2; this.prefixes.has(prefix); attempt += 1) prefix = `${base}.${attempt}`;
    this.prefixes.add(prefix);
    return prefix;
  }
}

function present(name: Text): string | undefined {
  return name === '' || name === null ? undefined : name;
}

/**
 * An attribute that refers to one of the function's takes the caller's value; an optional one that the caller leaves out is left out.
 * Defaults are in a field (attribute_proto, IR version 9) that the ONNX schema used here does not have.
 */
function resolved(
  attribute: onnx.IAttributeProto,
  call: onnx.INodeProto,
  called: onnx.IFunctionProto,
): readonly onnx.IAttributeProto[] {
  const reference = present(attribute.refAttrName);
  if (reference === undefined) return [attribute];
  const given = call.attribute?.find((one) => one.name === reference);
  if (given !== undefined) return [{ ...given, name: attribute.name ?? '' }];
  if (called.attribute?.includes(reference) === true) return [];
  throw new InlineRefused(
    `function ${quote(called.name ?? '')} is called without its attribute ${quote(reference)}, whose default value is not read; inline the functions (onnx.inliner.inline_local_functions)`,
  );
}
