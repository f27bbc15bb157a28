import { vi } from 'vitest';
import { createProgram } from '../../src/cli/program.js';

/** Runs a command in this process; what it says on either stream. Throws what the command throws. */
export async function runCommand(...args: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
  const said = { out: '', err: '' };
  const listen = (stream: NodeJS.WriteStream, into: 'out' | 'err') =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said[into] += String(text);
      return true;
    });
  const spies = [listen(process.stdout, 'out'), listen(process.stderr, 'err')];
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return said;
}
