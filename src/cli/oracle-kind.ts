import type { Option } from 'commander';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';

/** What `--oracle KIND:WHERE` may name. One file or folder in oracle-kinds/ default-exports one; nothing lists them. */
export interface OracleKind {
  readonly kind: string;
  /** What stands after the colon, for --help: `FILE.csv`. */
  readonly where: string;
  /** Added to the commands that open an oracle; `open` finds their values under their camel-case names. */
  readonly options?: readonly Option[];
  /** Heavy modules are imported here, not at the top of the file: every command loads the kinds. */
  open(where: string, request: OracleRequest): Promise<Oracle>;
}

export interface OracleRequest {
  /** The space before constraints are settled: its parameters, canonical form and keys. */
  readonly space: SearchSpace;
  /** The metrics that objectives and constraints read. */
  readonly metrics: readonly string[];
  readonly memoryMegabytes?: number;
  /** Files besides what is named, on whose contents the numbers depend. */
  readonly depends?: readonly string[];
  /** Options as given; one that is absent has its default. */
  readonly options: { readonly [option: string]: unknown };
}
