#!/usr/bin/env node
import '../base/no-telemetry.js';
import { isMainThread } from 'node:worker_threads';
import { runInThread } from './interruptible.js';
import { note } from './terminal.js';

/**
 * The commands that can be stopped and gone on with, and that may compute for seconds without a pause: they run in a
 * thread. Those that may load native TensorFlow do not, since its addon brings the process down when a thread with it
 * ends; their steps leave the loop to signals often enough.
 */
const LONG: readonly string[] = ['data', 'evaluate', 'rank', 'search', 'compare', 'predict', 'latency', 'verify'];

// A reader that has seen enough (`| head`) ends this, too, and that is no error. A full disk is one.
for (const stream of isMainThread ? [process.stdout, process.stderr] : []) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || stream === process.stderr) process.exit(error.code === 'EPIPE' ? 0 : 1);
    note(`supersam: cannot write to standard output: ${error.message}`);
    process.exit(1);
  });
}

const args = process.argv.slice(2);
if (isMainThread && LONG.includes(args[0] ?? '')) {
  process.exitCode = await runInThread(new URL(import.meta.url), args).catch((error: unknown) => {
    note(`supersam: unexpected ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  });
} else {
  const { runProgram } = await import('./run-program.js');
  await runProgram(args);
}
