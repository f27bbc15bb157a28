import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * The synthetic problems of the tests as tasks. They are written in TypeScript, and an oracle is one module that any
 * worker can load: everything that a problem needs goes into it.
 */
export async function synthetic() {
  const bundle = await rolldown({ input: fileURLToPath(new URL('synthetic-tasks.ts', import.meta.url)) });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const { code } = output[0];
  const { syntheticTasks } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return syntheticTasks().map((task) => ({
    ...task,
    module: {
      data: task.name,
      code: `${code}\nexport const metrics = syntheticMetrics(data);\nexport default (given) => measureSynthetic(data, given);\n`,
    },
  }));
}
