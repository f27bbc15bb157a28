import type { ElementType } from './element-types.js';

/** What the objects of a checkpoint's pickle become; anything else is refused. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickledStorage
  | PickledTensor;

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

/** Also an OrderedDict. */
export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: Map<PickleValue, PickleValue>;
}

/** The name of a function or class, one of those in `globals.ts`. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

export interface PickledStorage {
  readonly kind: 'storage';
  readonly type: ElementType;
  readonly key: string;
  /** Elements. */
  readonly length: number;
}

/** A strided view of a storage; offset and strides count elements. */
export interface PickledTensor {
  readonly kind: 'tensor';
  readonly storage: PickledStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export const isKind = <K extends 'tuple' | 'dict' | 'global' | 'storage' | 'tensor'>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { readonly kind: K }> =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
