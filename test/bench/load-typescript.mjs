import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** What a TypeScript file of the tests exports, and all that it needs as the code of one module. */
export async function loadTypescript(url) {
  const bundle = await rolldown({ input: fileURLToPath(url) });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const { code } = output[0];
  return { code, exports: await import(`data:text/javascript,${encodeURIComponent(code)}`) };
}
