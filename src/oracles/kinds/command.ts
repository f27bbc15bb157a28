import { defineOracle } from '../../core/oracle.js';
import { DEPENDS } from '../dependencies.js';

export default defineOracle({
  where: '"PROGRAM {parameter} …"',
  options: { depends: DEPENDS },
  async open(line, { space, metrics, memoryMegabytes }, { depends = [] }) {
    const { createCommandOracle } = await import('../command.js');
    const memory = memoryMegabytes === undefined ? {} : { memoryMegabytes };
    return createCommandOracle(line, { space, metrics, depends, ...memory });
  },
});
