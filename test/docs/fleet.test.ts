import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { createProgram, loadCommands } from '../../src/cli/program.js';

const folder = join(import.meta.dirname, '../../docs/examples/fleet');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const program = createProgram();
await loadCommands(program);

/** The options of a command line that its command does not have; those of the oracle's kind are not looked at. */
function unknownOptions([name, ...words]: readonly string[]): string[] {
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined) return [`supersam ${name}`];
  const known = command.options.map(({ long }) => long);
  return words.filter((word) => word.startsWith('--') && !known.includes(word.split('=')[0] as string));
}

interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string }[];
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector?: { readonly matchLabels?: object };
    readonly template?: {
      readonly metadata?: { readonly labels?: object };
      readonly spec: { readonly containers: readonly Container[] };
    };
  };
}

it('has a manifest for Kubernetes that can be read, with commands that are ours', () => {
  const documents = parseAllDocuments(read('kubernetes.yaml'), { strict: true, uniqueKeys: true });
  expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  const manifests = documents.map((document) => document.toJS() as Manifest);
  expect(manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
    'v1 Service',
    'apps/v1 StatefulSet',
    'batch/v1 Job',
    'apps/v1 Deployment',
  ]);
  for (const { kind, spec } of manifests) {
    if (kind === 'StatefulSet' || kind === 'Deployment') {
      expect(spec.selector?.matchLabels).toEqual(spec.template?.metadata?.labels);
    }
    for (const { command = [], args = [], env = [] } of spec.template?.spec.containers ?? []) {
      expect(env.map(({ name }) => name)).toEqual(['REDIS_PASSWORD']);
      if (command[0] === 'supersam') expect(unknownOptions([...command.slice(1), ...args])).toEqual([]);
    }
  }
});

it('has a compose file that can be read, with commands that are ours', () => {
  const { services, volumes } = parse(read('compose.yaml'), { strict: true, uniqueKeys: true }) as {
    readonly services: { readonly [name: string]: { readonly image: string; readonly command: readonly string[] } };
    readonly volumes: object;
  };
  expect(Object.keys(services)).toEqual(['queue', 'search', 'worker']);
  expect(Object.keys(volumes)).toEqual(['queue']);
  for (const { image, command } of Object.values(services)) {
    if (image === 'supersam') expect(unknownOptions(command.slice(1))).toEqual([]);
  }
});
