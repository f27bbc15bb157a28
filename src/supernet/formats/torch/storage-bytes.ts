import type { PickledStorage } from './pickle-value.js';

/** Where the bytes of a storage lie in the file; undefined for one that is not there. */
export type StorageBytes = (storage: PickledStorage) => { readonly offset: number; readonly size: number } | undefined;
