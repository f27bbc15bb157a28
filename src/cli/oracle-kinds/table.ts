import type { OracleKind } from '../oracle-kind.js';

const table: OracleKind = {
  kind: 'table',
  where: 'FILE.csv|json[.gz]',
  async open(file, { space }) {
    const { createTableOracle } = await import('../../oracles/table.js');
    return createTableOracle(file, space);
  },
};
export default table;
