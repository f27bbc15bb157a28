// Answers configurations (one JSON object a line) with what a module oracle measures: node serve-oracle.mjs ORACLE.mjs
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { default: measure } = await import(pathToFileURL(resolve(process.argv[2])).href);
for await (const line of createInterface({ input: process.stdin })) {
  const measured = await measure({ configuration: JSON.parse(line), seed: 0, signal: new AbortController().signal });
  process.stdout.write(`${JSON.stringify(measured.state === undefined ? measured : null)}\n`);
}
