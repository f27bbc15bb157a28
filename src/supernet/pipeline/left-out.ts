import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { DataError } from '../../errors.js';
import { writeJson } from './stage.js';

const faults = z.array(z.object({ code: z.string(), message: z.string() }));

/** What a walk left out of its data, kept in a file, since a walk that goes on does not read again what a stage has read. */
export interface LeftOut {
  add(fault: Pick<DataError, 'code' | 'message'>): void;
  /** "2 DATA_SIZE, 1 DATA_NARROW"; undefined where nothing was left out. */
  summary(): string | undefined;
  save(): Promise<void>;
}

export async function openLeftOut(path: string): Promise<LeftOut> {
  const before = existsSync(path) ? faults.parse(JSON.parse(await readFile(path, 'utf8'))) : [];
  const codes = new Map(before.map(({ code, message }) => [message, code]));
  const saved = codes.size;
  return {
    add: ({ code, message }) => void codes.set(message, code),
    summary: () => {
      const counts = new Map<string, number>();
      for (const code of codes.values()) counts.set(code, (counts.get(code) ?? 0) + 1);
      return counts.size === 0 ? undefined : [...counts].map(([code, count]) => `${count} ${code}`).join(', ');
    },
    save: async () => {
      if (codes.size > saved)
        await writeJson(
          path,
          [...codes].map(([message, code]) => ({ code, message })),
        );
    },
  };
}
