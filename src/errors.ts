/**
 * Everything supersam refuses is a `SupersamError`: a stable `code` for programs, one line for people that names
 * the mistake, and a `remedy` that says what to do. The command line prints both and exits with `exitCode`.
 */
export class SupersamError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exitCode: number;

  constructor(
    code: string,
    message: string,
    options: { readonly remedy: string | undefined; readonly cause?: unknown; readonly exitCode?: number },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = options.remedy;
    this.exitCode = options.exitCode ?? 1;
  }
}

type Details = { readonly remedy: string | undefined; readonly cause?: unknown };

/** The caller used a command or function wrongly (exit code 2). */
export class UsageError extends SupersamError {
  constructor(message: string, details: Details) {
    super('USAGE', message, { ...details, exitCode: 2 });
  }
}

/** A search-space file or builder call is not a legal space; `code` starts with `SPACE_`. */
export class SpaceError extends SupersamError {}

/** A study cannot be opened, resumed or run as asked; `code` starts with `STUDY_`. */
export class StudyError extends SupersamError {}

/** A technique or space file is missing, broken or breaks its contract; `code` starts with `PLUGIN_`. */
export class PluginError extends SupersamError {}

/** Weights, descriptions or ONNX files are missing, truncated or of the wrong shape; `code` starts with `MODEL_`. */
export class ModelError extends SupersamError {}

/** Images, masks or splits are missing or broken; `code` starts with `DATA_`. */
export class DataError extends SupersamError {}

/** A compute backend cannot be loaded, installed or used; `code` starts with `BACKEND_`. */
export class BackendError extends SupersamError {}

/** What measures elsewhere cannot be reached, started or trusted; `code` starts with `EXECUTOR_`. */
export class ExecutorError extends SupersamError {}

/** The work was stopped on request (Ctrl-C); everything finished so far is saved (exit code 130). */
export class InterruptedError extends SupersamError {
  constructor(message = 'stopped on request; run the same command again to go on') {
    super('INTERRUPTED', message, { remedy: undefined, exitCode: 130 });
  }
}
