import type { ExecutorKind } from '../../core/executor.js';
import { UsageError } from '../../errors.js';
import { openMailboxExecutor } from '../mailbox-executor.js';
import { serveMailbox } from '../mailbox-worker.js';

export default {
  where: 'FOLDER',
  open(folder, request) {
    const words = ['supersam', 'worker', `folder:${folder}`, ...request.workerArguments];
    return openMailboxExecutor(named(folder), request, `start some by: ${words.join(' ')}`);
  },
  serve: (folder, request) => serveMailbox(named(folder), request),
} satisfies ExecutorKind;

function named(folder: string): string {
  if (folder !== '') return folder;
  throw new UsageError('"folder:" names no folder', { remedy: 'write folder:/shared/run1, which every worker sees' });
}
