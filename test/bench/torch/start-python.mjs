import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A Python program of this folder that answers every line of JSON with one. */
export function startPython(python, program, words) {
  const child = spawn(python, [new URL(program, import.meta.url).pathname, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${program} ended early`);
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}
