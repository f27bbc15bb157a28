import type { OracleKind } from '../oracle-kind.js';

const module: OracleKind = {
  kind: 'module',
  where: 'FILE.mjs[#export]',
  async open(where, { metrics, memoryMegabytes }) {
    const { createModuleOracle } = await import('../../oracles/module/module.js');
    const [file = '', exportName] = where.split('#');
    return createModuleOracle(file, {
      metrics,
      ...(exportName === undefined ? {} : { exportName }),
      ...(memoryMegabytes === undefined ? {} : { memoryMegabytes }),
    });
  },
};
export default module;
