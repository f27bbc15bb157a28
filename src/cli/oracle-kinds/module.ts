import type { OracleKind } from '../oracle-kind.js';

const module: OracleKind = {
  kind: 'module',
  where: 'FILE.mjs[#export]',
  async open(where, { metrics, memoryMegabytes, depends = [], options }) {
    const { createModuleOracle } = await import('../../oracles/module.js');
    const [file = '', exportName] = where.split('#');
    return createModuleOracle(file, {
      metrics,
      depends,
      ...(typeof options['workers'] === 'number' ? { threads: options['workers'] } : {}),
      ...(exportName === undefined ? {} : { exportName }),
      ...(memoryMegabytes === undefined ? {} : { memoryMegabytes }),
    });
  },
};
export default module;
