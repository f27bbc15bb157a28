import { loadTypescript } from '../load-typescript.mjs';

/**
 * The synthetic problems of the tests as tasks. They are written in TypeScript, and an oracle is one module that any
 * worker can load: everything that a problem needs goes into it.
 */
export async function synthetic() {
  const { code, exports } = await loadTypescript(new URL('synthetic-tasks.ts', import.meta.url));
  return exports.syntheticTasks().map((task) => ({
    ...task,
    module: {
      data: task.name,
      code: `${code}\nexport const metrics = syntheticMetrics(data);\nexport default (given) => measureSynthetic(data, given);\n`,
    },
  }));
}
