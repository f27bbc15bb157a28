import { InterruptedError, SupersamError } from '../errors.js';

/** An error as it passes between threads and processes; `code` is that of a `SupersamError`, null for what was not foreseen. */
export interface PortableError {
  readonly code: string | null;
  readonly message: string;
  readonly remedy: string | null;
  readonly exitCode: number;
}

export function toPortable(error: unknown): PortableError {
  if (!(error instanceof SupersamError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: null, message, remedy: null, exitCode: 1 };
  }
  const { code, message, remedy = null, exitCode } = error;
  return { code, message, remedy, exitCode };
}

export function fromPortable({ code, message, remedy, exitCode }: PortableError): Error {
  if (code === null) return new Error(message);
  if (code === 'INTERRUPTED') return new InterruptedError(message);
  return new SupersamError(code, message, { exitCode, remedy: remedy ?? undefined });
}
