import type { OracleKind } from '../oracle-kind.js';

const command: OracleKind = {
  kind: 'command',
  where: '"PROGRAM {parameter} …"',
  async open(line, { space, metrics, memoryMegabytes, depends = [] }) {
    const { createCommandOracle } = await import('../../oracles/command.js');
    return createCommandOracle(line, {
      space,
      metrics,
      depends,
      ...(memoryMegabytes === undefined ? {} : { memoryMegabytes }),
    });
  },
};
export default command;
