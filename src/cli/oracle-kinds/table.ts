import type { OracleKind } from '../oracle-kind.js';

const table: OracleKind = {
  kind: 'table',
  where: 'FILE.csv|json[.gz]',
  async open(file, { space, metrics }) {
    const { createTableOracle } = await import('../../oracles/table.js');
    return createTableOracle(file, space, { metrics });
  },
};
export default table;
