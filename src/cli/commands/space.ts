import type { Command } from 'commander';
import { didYouMean } from '../../base/did-you-mean.js';
import { createRng } from '../../base/rng.js';
import type { Parameter, SearchSpace } from '../../core/space.js';
import { readSpace } from '../../plugins/load-space.js';
import { compileSpace } from '../../search-space/compile-space.js';
import { type DomainDefinition, type SpaceDefinition, spaceSchema } from '../../search-space/definition.js';
import { metricsOfConstraints, splitConstraints } from '../../search-space/rules.js';
import { readNatural, readSeed } from '../read-number.js';
import { print, printData } from '../terminal.js';

export function defineSpaceCheck(command: Command): void {
  addJsonOption(command).action(async (nameOrFile: string, { json }: { readonly json: boolean }) => {
    const opened = await open(nameOrFile);
    if (json) return printData(JSON.stringify(facts(opened), null, 2));
    print(summary(opened));
    for (const line of measuredLines(opened)) print(line);
  });
}

export function defineSpaceShow(command: Command): void {
  addJsonOption(command).action(async (nameOrFile: string, { json }: { readonly json: boolean }) => {
    const opened = await open(nameOrFile);
    const { description, parameters, constraints = [] } = opened.definition;
    if (json)
      return printData(
        JSON.stringify({ ...facts(opened), description, definitions: parameters, constraints }, null, 2),
      );
    print(summary(opened));
    if (opened.definition.description !== undefined) print(opened.definition.description);
    print();
    for (const line of table(opened)) print(line);
    for (const constraint of opened.definition.constraints ?? []) print(`constraint  ${constraint}`);
    for (const line of measuredLines(opened)) print(line);
  });
}

export function defineSpaceSample(command: Command): void {
  command
    .argument('<space>')
    .option('-n, --count <number>', 'how many', readNatural, 1)
    .option('--seed <number>', 'equal seeds draw equal configurations', readSeed, 1)
    .action(async (nameOrFile: string, options: { count: number; seed: number }) => {
      const { compiled } = await open(nameOrFile);
      for (let draw = 0; draw < options.count; draw++) {
        print(JSON.stringify(compiled.sample(createRng(options.seed, draw))));
      }
    });
}

export function defineSpaceSchema(command: Command): void {
  command.action(() => print(JSON.stringify(spaceSchema(), null, 2)));
}

const addJsonOption = (command: Command): Command => command.argument('<space>').option('--json', 'as JSON', false);

interface Opened {
  readonly definition: SpaceDefinition;
  readonly compiled: SearchSpace;
  /** Constraints on metrics, which an oracle has to measure: a search holds its trials to them. */
  readonly measured: readonly string[];
}

async function open(nameOrFile: string): Promise<Opened> {
  const definition = await readSpace(nameOrFile);
  const constraints = definition.constraints ?? [];
  const metrics = metricsOfConstraints(definition, constraints);
  const { known, measured } = splitConstraints(definition, constraints, { measured: metrics, analytic: [] });
  return { definition, compiled: compileSpace({ ...definition, constraints: [...known] }), measured };
}

/** Names that no parameter bears are taken for metrics; the reader sees whether one is a slip. */
function measuredLines({ definition, measured }: Opened): string[] {
  const names = definition.parameters.map(({ name }) => name);
  return measured.map((constraint) => {
    const metrics = metricsOfConstraints(definition, [constraint]);
    const slips = metrics.map((metric) => didYouMean(metric, names)).join('');
    return `constraint "${constraint}" reads ${metrics.join(', ')}, which an oracle has to measure.${slips}`;
  });
}

/** `configurations` is null where they are infinitely many, or too many to count. */
const facts = ({ compiled, measured }: Opened) => ({
  name: compiled.name,
  parameters: compiled.parameters.length,
  configurations: finiteNumber(compiled.size()),
  sha256: compiled.hash,
  measured,
});

/** JSON has no long integers: beyond 2^53 the nearest number stands for them. */
const finiteNumber = (size: bigint | null): number | null => (size === null ? null : Number(size));

function summary({ compiled }: Opened): string {
  const size = compiled.size();
  const continuous = compiled.parameters.some(({ cardinality }) => cardinality === Infinity);
  const count = size?.toLocaleString('en-US') ?? (continuous ? 'infinitely many' : 'too many to count');
  return `${compiled.name}: ${compiled.parameters.length} parameters, ${count} configurations, sha256 ${compiled.hash.slice(0, 12)}`;
}

function table({ definition, compiled }: Opened): string[] {
  const rows = compiled.parameters.map((parameter, i) => {
    const when = definition.parameters[i]?.when;
    const how = [...axisText(definition.parameters[i]), ...(when === undefined ? [] : [`when ${when}`])];
    return [parameter.name, parameter.type, values(parameter, definition), how.join(', ')];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const LISTED = 12;

/** How a number's axis is divided, where it is not evenly into ones. */
function axisText(own: DomainDefinition | undefined): string[] {
  if (own?.type !== 'integer' && own?.type !== 'float') return [];
  const { step, scale = 'linear' } = own;
  return [
    ...(step === undefined || step === 1 ? [] : [`step ${step}`]),
    ...(scale === 'linear' ? [] : [`${scale} scale`]),
  ];
}

const domainText = (own: DomainDefinition): string =>
  [
    own.type,
    ...('min' in own ? [`${own.min} to ${own.max}`] : []),
    ...('choices' in own ? [own.choices.map((choice) => JSON.stringify(choice)).join(' ')] : []),
    ...axisText(own),
  ].join(' ');

function values({ name, values: all, cardinality }: Parameter, definition: SpaceDefinition): string {
  if (all !== null && all.length <= LISTED) return all.map((value) => JSON.stringify(value)).join(' ');
  const own = definition.parameters.find((parameter) => parameter.name === name);
  if (own !== undefined && 'min' in own) return `${own.min} to ${own.max}`;
  if (own !== undefined && 'element' in own) return `${own.length} of ${domainText(own.element)}`;
  return cardinality === Infinity ? 'many values' : `${cardinality.toLocaleString('en-US')} values`;
}
