/** How texts of other kinds begin, what they are and what to do with them. */
const TEXTS = [
  [
    /^<(?:!doctype html|html|table|div|style)\b/i,
    'is a web page',
    'write its table as CSV (pandas: read_html(…)[0].to_csv(…, index=False))',
  ],
  [/^<\?xml\b/i, 'is XML', 'write it as CSV (pandas: read_xml(…).to_csv(…, index=False))'],
  [
    /^(?:%[^\n]*\n|\s)*@relation\s/i,
    'is an ARFF file',
    'write it as CSV with the names of its attributes in the first line',
  ],
  [/^\\(?:begin|documentclass|toprule)\b/, "is LaTeX's", 'write it as CSV'],
  [
    /^(?:\(dp?\d*\n|\(lp?\d*\n|c[a-z_.]+\n\w+\n)/,
    'is a pickle of Python',
    'write it as CSV (pandas: read_pickle(…).to_csv(…, index=False))',
  ],
  [/^(?:---\s*\n|- [\w"'.]+:\s)/, 'is YAML', 'write it as CSV or JSON'],
  [/^\[{1,2}[A-Za-z_][\w.-]*\]{1,2}\s*(?:\n|$)/, 'is a TOML or an INI file', 'write it as CSV or JSON'],
  [/^%MatrixMarket\b/i, 'is a Matrix Market file', 'write it as CSV with the names in its first line'],
] as const;

/** The results of other programs as JSON, by what they alone have; how to get a table from them. */
const RESULTS: readonly (readonly [keys: readonly string[], program: string, remedy: string])[] = [
  [['configs', 'data'], "SMAC's run history", 'write a row a run, with its configuration beside its cost, as CSV'],
  [
    ['hyperparameters', 'trial_id'],
    'a trial of Keras Tuner',
    'write a row a trial, its hyperparameters.values beside its score, as CSV',
  ],
  [['__type', 'experiment'], "a client of Ax's", 'write ax_client.get_trials_data_frame() as CSV'],
  [['__type', 'search_space'], "an experiment of Ax's", 'write exp_to_df(experiment) as CSV'],
  [['checkpoints', 'runner_data'], 'the state of Ray Tune', 'write ResultGrid.get_dataframe() as CSV'],
  [['trial_data', 'runner_data'], 'the state of Ray Tune', 'write ResultGrid.get_dataframe() as CSV'],
  [['runs', 'next_page_token'], 'runs of MLflow', 'write mlflow.search_runs() as CSV'],
  [['hyperparameters', 'conditions'], "a space of ConfigSpace's and holds no results", 'give the table of its results'],
];

/** What a text is that is neither CSV nor JSON; undefined where it may be one of them. */
export const otherText = (text: string): { readonly what: string; readonly remedy: string } | undefined => {
  const start = text.trimStart();
  const found = TEXTS.find(([begins]) => begins.test(start));
  return found === undefined ? undefined : { what: found[1], remedy: found[2] };
};

/** Whose results a JSON is that is no table. */
export function otherResults(json: unknown): { readonly what: string; readonly remedy: string } | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const found = RESULTS.find(([keys]) => keys.every((key) => Object.hasOwn(json, key)));
  return found === undefined ? undefined : { what: `is ${found[1]}`, remedy: found[2] };
}
