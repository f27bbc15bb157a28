import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SearchSpace } from '../../src/core/space.js';
import { createTableOracle } from '../../src/oracles/table.js';
import { space as spaceBuilder } from '../../src/search-space/space-builder.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const context = { trial: 0, seed: 1, signal: new AbortController().signal };
const file = (content: string | Buffer) => {
  const path = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'table.csv');
  writeFileSync(path, content);
  return path;
};

interface Row {
  readonly n: number;
  readonly rate: number;
  readonly kind: string;
  readonly flag: boolean;
  readonly loss: number | null;
}

describe('a frame that pandas wrote as CSV', () => {
  const { tables } = JSON.parse(readFileSync(join(import.meta.dirname, '../assets/pandas-frames.json'), 'utf8')) as {
    readonly tables: {
      readonly rows: readonly Row[];
      readonly encoded: { readonly [encoding: string]: string };
      readonly csv: readonly { readonly name: string; readonly base64: string }[];
      readonly refused: readonly { readonly name: string; readonly text: string }[];
    };
  };
  const spaceOf = (kinds: readonly string[]) =>
    spaceBuilder('s')
      .ordinal('n', [1, 2, 4, 8, 1000])
      .categorical('rate', [0.1, 0.2, 0.3, 1e-5, 0.5])
      .categorical('kind', [...kinds])
      .boolean('flag')
      .compile();
  const space = spaceOf(tables.rows.map(({ kind }) => kind));
  const losses = async (path: string, of: SearchSpace, kinds: readonly string[]) => {
    const oracle = await createTableOracle(path, of, { metrics: ['loss'] });
    const found = await Promise.all(
      tables.rows.map(({ n, rate, flag }, i) => oracle.measure({ n, rate, flag, kind: kinds[i]! }, context)),
    );
    return found.map((own) => (own.state === 'complete' ? (own.metrics['loss'] ?? null) : own.state));
  };
  const expected = tables.rows.map(({ loss }) => loss);

  it.each(tables.csv)('has its values: $name', async ({ base64 }) => {
    const kinds = tables.rows.map(({ kind }) => kind);
    expect(await losses(file(Buffer.from(base64, 'base64')), space, kinds)).toEqual(expected);
  });

  it('has them in UTF-8 and UTF-16, and is refused in what shows no encoding', async () => {
    const kinds = ['adam', 'b', 'c', 'd', 'größe'];
    const read = (encoding: string) =>
      losses(file(Buffer.from(tables.encoded[encoding] ?? '', 'base64')), spaceOf(kinds), kinds);
    for (const encoding of ['utf-8', 'utf-8-sig', 'utf-16']) expect(await read(encoding), encoding).toEqual(expected);
    for (const encoding of ['latin-1', 'utf-16-le', 'utf-32'])
      await expect(read(encoding), encoding).rejects.toMatchObject({ remedy: 'save it as UTF-8' });
  });

  it.each([
    ['two lines of names', /no column "n"/, /^make one line of its two lines of names/],
    ['decimal commas', /column "rate", row 2: "0,1" is no number/, /^write a decimal point/],
    ['no names', /no column "n"/, /^give the columns names in the first line/],
    ['turned', /no column "n"/, /^write a row a configuration/],
    ['a title', /no column "n"/, /^take out what stands before the line of names/],
    ['blanks', /no column "n"|not a CSV/, /^(separate columns by|close every quote)/],
    ['a web page', /is a web page/, /read_html/],
    ['to_string', /no column "n"|not a CSV/, /^(separate columns by|close every quote)/],
  ])('is refused with %s', async (name, message, remedy) => {
    const text = tables.refused.find((one) => one.name === name)?.text ?? '';
    await expect(createTableOracle(file(text), space)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe('numbers with marks between thousands', () => {
  const write = (value: number, decimals: number, point: string, group: string) => {
    const [whole = '', rest] = value.toFixed(decimals).split('.');
    const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, group);
    return rest === undefined ? grouped : `${grouped}${point}${rest}`;
  };

  it('are what was written, or the table is refused with the place of one', async () => {
    const value = fc.integer({ min: -5_000_000, max: 5_000_000 });
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, fc.nat(4)), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(
          ...(['.', ','] as const).flatMap((point) =>
            ['', point === '.' ? ',' : '.'].flatMap((group) =>
              [',', ';', '\t', '|'].map((separator) => ({ point, group, separator })),
            ),
          ),
        ),
        async (cells, { point, group, separator }) => {
          const values = cells.map(([mantissa, decimals]) => Number((mantissa / 10 ** decimals).toFixed(decimals)));
          // Shares show which mark is the decimal one.
          const shares = values.map((_, i) => (2 * i + 1) / 4);
          const of = choiceSpace({ share: shares });
          const quoted = (text: string) => (text.includes(separator) ? `"${text}"` : text);
          const rows = cells.map(([, decimals], i) =>
            [write(shares[i]!, 2, point, group), write(values[i]!, decimals, point, group)].map(quoted).join(separator),
          );
          const path = file([`share${separator}error`, ...rows].join('\n'));
          try {
            const oracle = await createTableOracle(path, of, { metrics: ['error'] });
            const found = await Promise.all(shares.map((share) => oracle.measure({ share }, context)));
            expect(found).toEqual(values.map((error) => ({ state: 'complete', metrics: { error: error + 0 } })));
          } catch (error) {
            refusals++;
            expect(error).toMatchObject({ code: 'DATA_TABLE', message: expect.stringMatching(/column "\w+", row \d/) });
          }
        },
      ),
      { seed: 1, numRuns: 400 },
    );
    expect(refusals).toBeLessThan(250);
  });

  it('are refused where they may be a thousand times as much', async () => {
    const of = choiceSpace({ x: [0.5, 1.5] });
    const table = (text: string) => createTableOracle(file(text), of, { metrics: ['error'] });
    const remedy = 'write numbers without marks between thousands';
    await expect(table('x;error\n0,5;1.500\n1,5;2\n')).rejects.toMatchObject({
      message: expect.stringMatching(/column "error", row 2: "1.500" may be a thousand times as much, since 0,5 is/),
      remedy,
    });
    await expect(table('x\terror\n0.5\t7\n1.5\t2,000\n')).rejects.toMatchObject({ remedy });
    await expect(table('x;error\n0,5;1,500\n1,5;2\n')).resolves.toMatchObject({ metrics: ['error'] });
  });

  it.each(['5%', '15 ms', '1_000', '1.5D+03', '$3', '12:30', '2024-01-01'])(
    'a cell %s that was meant for a number is no failure',
    async (cell) => {
      const of = choiceSpace({ x: [0, 1] });
      const rows = `x,error,remark\n0,1,1st\n1,${cell},2nd\n`;
      await expect(createTableOracle(file(rows), of, { metrics: ['error'] })).rejects.toMatchObject({
        message: expect.stringMatching(/column "error", row 3: ".*" is no number$/),
      });
      expect((await createTableOracle(file(rows), of, { metrics: [] })).metrics).toEqual(['error']);
    },
  );
});

describe('the table of another tuner', () => {
  const of = spaceBuilder('s').ordinal('lr', [0.1, 0.2, 0.3, 0.4]).integer('depth', 1, 2).compile();
  const read = async (text: string) => {
    const oracle = await createTableOracle(file(text), of, { metrics: ['loss'] });
    const found = await Promise.all([0.1, 0.2, 0.3, 0.4].map((lr) => oracle.measure({ lr, depth: 1 }, context)));
    return found.map((own) =>
      own.state === 'complete' ? own.metrics['loss'] : own.state === 'failed' ? own.kind : own.state,
    );
  };

  it.each([
    [
      'MLflow',
      'run_id,status,artifact_uri,metrics.loss,params.lr,params.depth,tags.mlflow.user\n' +
        'a,FINISHED,s3,0.5,0.1,1,me\nb,FAILED,s3,9,0.2,1,me\nc,RUNNING,s3,8,0.3,1,me\n',
      [0.5, 'runtime', 'infeasible', 'infeasible'],
    ],
    [
      'Weights & Biases',
      '"Name","State","Notes","User","Runtime","depth","lr","loss"\n' +
        '"warm-sun-1","finished","-","me","12","1","0.1","0.5"\n"b","crashed","-","me","3","1","0.2","9"\n' +
        '"c","killed","-","me","3","1","0.3","7"\n',
      [0.5, 'runtime', 'infeasible', 'infeasible'],
    ],
    [
      'Ray Tune',
      'loss,training_iteration,trial_id,done,config/lr,config/depth\n0.5,1,a,True,0.1,1\n0.25,1,b,True,0.2,1\n',
      [0.5, 0.25, 'infeasible', 'infeasible'],
    ],
    [
      'Ray Tune, lines',
      '{"loss": 0.5, "trial_id": "a", "config": {"lr": 0.1, "depth": 1}}\n{"loss": NaN, "trial_id": "b", "config": {"lr": 0.2, "depth": 1}}\n',
      [0.5, undefined, 'infeasible', 'infeasible'],
    ],
    [
      'Ax',
      'trial_index,arm_name,trial_status,generation_node,loss,lr,depth\n0,0_0,COMPLETED,Sobol,0.5,0.1,1\n1,1_0,FAILED,Sobol,,0.2,1\n2,2_0,ABANDONED,BO,3,0.3,1\n3,3_0,EARLY_STOPPED,BO,3,0.4,1\n',
      [0.5, 'runtime', 'runtime', 'infeasible'],
    ],
    [
      'Optuna, named metrics',
      'number,values_loss,params_depth,params_lr,state\n0,0.5,1,0.1,COMPLETE\n1,0.7,1,0.2,COMPLETE\n',
      [0.5, 0.7, 'infeasible', 'infeasible'],
    ],
    [
      'scikit-learn',
      "mean_fit_time,param_depth,param_lr,params,split0_test_score,loss\n1,1,0.1,\"{'depth': 1, 'lr': 0.1}\",0.4,0.5\n",
      [0.5, 'infeasible', 'infeasible', 'infeasible'],
    ],
    [
      'Nevergrad',
      '{"#parametrization": "Dict(depth=1,lr=0.1)", "#loss": 0.5, "lr": 0.1, "depth": 1, "#num-ask": 1}\n{"#loss": 0.7, "lr": 0.2, "depth": 1}\n',
      [0.5, 0.7, 'infeasible', 'infeasible'],
    ],
    [
      'Syne Tune',
      'trial_id,status,loss,config_lr,config_depth,st_tuner_time\n0,Completed,0.5,0.1,1,3\n1,Failed,9,0.2,1,4\n2,InProgress,8,0.3,1,5\n',
      [0.5, 'runtime', 'infeasible', 'infeasible'],
    ],
    [
      'psql',
      ' lr  | depth | loss \n-----+-------+------\n 0.1 |     1 |  0.5\n 0.2 |     1 |  0.7\n(2 rows)\n',
      [0.5, 0.7, 'infeasible', 'infeasible'],
    ],
    [
      'Markdown',
      '| lr | depth | loss |\n| --- | ---: | ---: |\n| 0.1 | 1 | 0.5 |\n',
      [0.5, 'infeasible', 'infeasible', 'infeasible'],
    ],
    [
      'NumPy',
      '# made today\n# lr depth, or so\n# lr,depth,loss\n0.1,1,0.5\n',
      [0.5, 'infeasible', 'infeasible', 'infeasible'],
    ],
    ['one with remarks', '# made today\nlr,depth,loss\n0.1,1,0.5\n', [0.5, 'infeasible', 'infeasible', 'infeasible']],
    ['one with blanks', '"lr", "depth", "loss"\n0.1, 1, "0.5"\n', [0.5, 'infeasible', 'infeasible', 'infeasible']],
  ])('%s is read: names, states and numbers', async (_, text, expected) => {
    expect(await read(text)).toEqual(expected);
  });

  it('says which column it takes for states; words that are none are a remark, or refused among states', async () => {
    const table = (text: string) => createTableOracle(file(text), of, { metrics: ['loss'] });
    const oracle = await table('lr,depth,loss,Status\n0.1,1,2,ok\n0.2,1,3,failed\n');
    expect(oracle.notes).toEqual([expect.stringMatching(/its column "Status" says how runs ended$/)]);
    const remarks = await table('lr,depth,loss,status\n0.1,1,2,200\n0.2,1,3,\n');
    expect(remarks.notes).toEqual([]);
    expect(remarks.metrics).toEqual(['loss', 'status']);
    await expect(table('lr,depth,loss,status\n0.1,1,2,odd\n0.2,1,3,failed\n')).rejects.toThrow(
      /:2: unknown state "odd"/,
    );
    // With two of them none is chosen.
    expect((await table('lr,depth,loss,status,trial_status\n0.1,1,2,failed,ok\n')).notes).toEqual([]);
  });

  it.each([
    [{ stats: {}, data: [[1, 2]], configs: { 1: { lr: 0.1 } }, config_origins: {} }, /SMAC's run history$/],
    [{ trial_id: '0', hyperparameters: { space: [], values: { lr: 0.1 } }, score: 1 }, /a trial of Keras Tuner$/],
    [{ __type: 'AxClient', experiment: {} }, /client of Ax's$/],
    [{ runs: [{ info: {}, data: {} }], next_page_token: '' }, /runs of MLflow$/],
    ['<?xml version="1.0"?>\n<runs/>', /is XML$/],
    ['% made by\n\n@RELATION runs\n@ATTRIBUTE lr NUMERIC\n@DATA\n1\n', /is an ARFF file$/],
    ['- lr: 0.1\n  depth: 1\n', /is YAML$/],
    ['[[run]]\nlr = 0.1\n', /is a TOML or an INI file$/],
    ['\\begin{tabular}{lr}\nlr & loss \\\\\n', /is LaTeX's$/],
    ['(dp0\nVlr\np1\nF0.1\ns.', /is a pickle of Python$/],
    ['ccopy_reg\n_reconstructor\np0\n', /is a pickle of Python$/],
  ])('of another form is named: %j', async (content, message) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await expect(createTableOracle(file(text), of)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/CSV/),
    });
  });
});
