/** The value of one parameter. Permutations, schedules and arrays are lists; a selector is a record. */
export type Value = boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** One point of a search space: parameter name to value. Inactive parameters are absent in canonical form. */
export type Configuration = { readonly [parameter: string]: Value };
