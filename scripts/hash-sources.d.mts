/** The repository's root folder. */
export const root: string;
export function hashSources(): Promise<string>;
