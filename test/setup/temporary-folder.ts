import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Every test's temporary files lie in one folder, which goes when the run is over: some tests kill what they started, and whatever that had opened stays. */
export default async function temporaryFolder(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'supersam-tests-'));
  // PostgreSQL, as a user of its own, has to get through to its folder.
  await chmod(folder, 0o755);
  // The workers inherit it, and os.tmpdir() reads it.
  process.env['TMPDIR'] = folder;
  return () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
