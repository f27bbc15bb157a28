export type { Json } from './base/json.js';
export type { LongRunning, Progress } from './base/progress.js';
export { createRng, type Rng } from './base/rng.js';
export { type CompareOptions, type Comparison, compare } from './compare/compare.js';
export { writeComparison } from './compare/write-comparison.js';
export type { Executor, ExecutorKind, ExecutorRequest, Measurer } from './core/executor.js';
export type { Direction, Objective } from './core/objective.js';
export { losses } from './core/objective.js';
export {
  defineOracle,
  type FailureKind,
  type MeasureContext,
  type Measurement,
  type Metrics,
  type Oracle,
  type OracleKind,
  type OracleOption,
  type OracleRequest,
  type Parts,
  type Race,
  type SeenParts,
} from './core/oracle.js';
export type { Configuration, Parameter, ParameterType, SearchSpace, Value } from './core/space.js';
export type {
  Store,
  StoredStudy,
  StudyDefinition,
  StudyLog,
  StudyReader,
  TechniqueSnapshot,
} from './core/store.js';
export type { Context, OptionSpec, Technique, TechniqueDefinition } from './core/technique.js';
export type { FinishedTrial, OpenTrial } from './core/trial.js';
export * from './errors.js';
export {
  type Front,
  maximize,
  minimize,
  type ObjectiveFunction,
  type OptimizeOptions,
  type Optimum,
  type Trial,
} from './minimize.js';
export { createCommandOracle } from './oracles/command.js';
export { measureInParts } from './oracles/measure-in-parts.js';
export { createModuleOracle } from './oracles/module.js';
export { createTableOracle } from './oracles/table.js';
export { cached, repeated, timeLimited } from './oracles/wrappers.js';
export { createTechnique, DEFAULT_TECHNIQUE, type TechniqueRegistry } from './plugins/create-technique.js';
export { loadSpace } from './plugins/load-space.js';
export { loadTechniques } from './plugins/load-techniques.js';
export { type CompileSpaceOptions, compileSpace } from './search-space/compile-space.js';
export type { SpaceDefinition } from './search-space/definition.js';
export { parseSpace } from './search-space/parse-space.js';
export { type ConfigurationOf, type SpaceBuilder, space } from './search-space/space-builder.js';
export { openMeasurementCache } from './store/measurement-cache.js';
export { createMemoryStore } from './store/memory.js';
export { openSqliteStore, readStudies } from './store/sqlite.js';
export { type Budget, type RunStudyOptions, runStudy, type StudyResult } from './study/run.js';
export type { Study, StudyOptions } from './study/study.js';
export { createStudy } from './study/study.js';
