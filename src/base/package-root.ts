/** The package's own folder, whether this runs from `dist/src/cli` or, under test, from `src/cli`. */
export const packageRoot = new URL(import.meta.url.includes('/dist/src/') ? '../../../' : '../../', import.meta.url);
