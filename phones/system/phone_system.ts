import type { AndroidServices } from './android_services';
import type { ContentStore } from './content_store';
import type { FileSystem } from './file_system';
import type { ProcessTable } from './process_table';
import type { VirtualClock } from './virtual_clock';

/** What programs on a phone can reach. */
export interface PhoneSystem {
  readonly clock: VirtualClock;
  readonly files: FileSystem;
  readonly contents: ContentStore;
  readonly processes: ProcessTable;
  readonly properties: ReadonlyMap<string, string>;
  /** `settings put NAMESPACE KEY VALUE`, by `NAMESPACE/KEY`. */
  readonly settings: Map<string, string>;
  readonly services: AndroidServices;
  reboot(): void;
  /** Benchmark tools by file name: pushing a file of that name is what makes the tool exist. */
  readonly tools: ReadonlyMap<string, Tool>;
}

export type Tool = (run: ToolRun) => Promise<number>;

/** One start of a benchmark tool. */
export interface ToolRun {
  /** The absolute path of the file that was started. */
  readonly program: string;
  /** Its arguments. */
  readonly words: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /** Makes a path of the command line absolute. */
  readonly resolve: (path: string) => string;
  readonly killed: AbortSignal;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}
