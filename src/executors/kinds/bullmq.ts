import type { ExecutorKind } from '../../core/executor.js';

export default {
  where: 'redis://HOST:6379 | rediss://HOST | postgres://HOST/DATABASE',
  async open(where, request) {
    const { openQueueExecutor } = await import('../queue-executor.js');
    return openQueueExecutor(where, request);
  },
  async serve(where, request) {
    const { serveQueue } = await import('../queue-worker.js');
    return serveQueue(where, request);
  },
} satisfies ExecutorKind;
