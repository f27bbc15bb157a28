/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged (so: no NaN, no Infinity). */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
