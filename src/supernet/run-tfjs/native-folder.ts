import { homedir } from 'node:os';
import { join } from 'node:path';

/** What is compiled against what: a new pair goes into a new folder, so an upgrade never loads an old build. */
export const TFJS_NODE_VERSION = '4.22.0';
export const TENSORFLOW_VERSION = '2.21.0';

/** Where `supersam backend install` puts native TensorFlow: the user's cache, which `npm ci` leaves alone. */
export function nativeFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(
    cache,
    'supersam',
    `tfjs-node-gpu-${TFJS_NODE_VERSION}-tensorflow-${TENSORFLOW_VERSION}-${process.platform}-${process.arch}`,
  );
}
