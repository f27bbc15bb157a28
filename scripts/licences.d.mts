/** A package that `npm ci` installs. */
export interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly use: 'use' | 'development' | 'optional' | 'peer';
}
export function isFree(expression: string): boolean;
export function listLicences(folder?: string): readonly Licensed[];
