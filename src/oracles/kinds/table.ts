import { defineOracle } from '../../core/oracle.js';

export default defineOracle({
  where: 'FILE.csv|json[.gz]',
  async open(file, { space, metrics }) {
    const { createTableOracle } = await import('../table.js');
    return createTableOracle(file, space, { metrics });
  },
});
