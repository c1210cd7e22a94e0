import type { VirtualToolPaths } from './tools/tool_files';

/** What this program tells the one that started it, once, over its IPC channel. */
export type FleetReport =
  | { readonly kind: 'ready'; readonly phones: number; readonly tools: VirtualToolPaths }
  /** It ends then. `message` is for the operator: it names the file, the field and what was expected. */
  | { readonly kind: 'failed'; readonly message: string };
