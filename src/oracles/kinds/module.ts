import { defineOracle } from '../../core/oracle.js';
import { DEPENDS } from '../dependencies.js';

export default defineOracle({
  where: 'FILE.mjs[#export]',
  options: { depends: DEPENDS },
  async open(where, { metrics, workers, memoryMegabytes }, { depends = [] }) {
    const { createModuleOracle } = await import('../module.js');
    const [file = '', exportName] = where.split('#');
    return createModuleOracle(file, {
      ...{ metrics, depends, threads: workers },
      ...(exportName === undefined ? {} : { exportName }),
      ...(memoryMegabytes === undefined ? {} : { memoryMegabytes }),
    });
  },
});
