import type { ZodError } from 'zod';

/**
 * What is wrong with a value, in a sentence's end: for a schema's refusal the first place and what it lacks
 * (`items.3.split: expected …`, so many more), for any other error its message.
 */
export function whatIsWrong(cause: unknown): string {
  const issues = issuesOf(cause);
  const [first, ...more] = issues;
  if (first === undefined) return cause instanceof Error ? cause.message : String(cause);
  const place = first.path.join('.');
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return `${place === '' ? '' : `${place}: `}${first.message}${rest}`;
}

/** Told by its shape: the schema library is loaded by those who read, not by this. */
function issuesOf(cause: unknown): ZodError['issues'] {
  if (!(cause instanceof Error) || !('issues' in cause) || !Array.isArray(cause.issues)) return [];
  return (cause as ZodError).issues;
}
