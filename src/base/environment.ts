import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import type { Json } from './json.js';
import { packageRoot } from './package-root.js';

/** What a study's environment row says of the package and the machine. */
export function describeEnvironment(): { readonly [key: string]: Json } {
  const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { version: string };
  return {
    supersam: version,
    node: process.version,
    platform: platform(),
    arch: arch(),
    processor: cpus()[0]?.model ?? '',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
  };
}
