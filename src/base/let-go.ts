import { MessageChannel } from 'node:worker_threads';

const { port1: nowhere, port2 } = new MessageChannel();
port2.close();
nowhere.close();

/**
 * Frees memory that nothing will read again, at once. The garbage collector would mark all that lives for every 64 MB of it. What
 * is moved to a closed port is gone: the standard has memory moved before anybody looks where to. Memory that an addon keeps
 * for itself cannot be moved and is left to the collector.
 */
export function letGo(arrays: readonly ArrayBufferView[]): void {
  for (const { buffer } of arrays) {
    if (!(buffer instanceof ArrayBuffer)) continue;
    try {
      nowhere.postMessage(undefined, [buffer]);
    } catch (cause) {
      if (!(cause instanceof DOMException)) throw cause;
    }
  }
}
