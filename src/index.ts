export type { Configuration, Value } from './core/configuration.js';
export { createParts, type TechniqueParts } from './core/create-parts.js';
export { type Evaluated, evaluated } from './core/evaluated.js';
export { findTrial } from './core/find-trial.js';
export type { Json } from './core/json.js';
export { losses } from './core/losses.js';
export type { Direction, Objective } from './core/objective.js';
export type { FailureKind, MeasureContext, Measurement, Metrics, Oracle } from './core/oracle.js';
export type { LongRunning, Progress } from './core/progress.js';
export { createRng, type Rng } from './core/rng.js';
export { sobolPoint } from './core/sobol-point.js';
export {
  type CrossoverKind,
  crossoverKinds,
  type Feature,
  type MutateOptions,
  type MutationKind,
  mutationKinds,
  type Parameter,
  type ParameterType,
  type SearchSpace,
} from './core/space.js';
export type { OpenTrial, Store, StoredStudy, StudyLog, TechniqueSnapshot } from './core/store.js';
export type { StudyDefinition } from './core/study-definition.js';
export type { Context, Technique } from './core/technique.js';
export { defineTechnique, type OptionSpec, type TechniqueDefinition } from './core/technique-definition.js';
export type { FinishedTrial, TrialState } from './core/trial.js';
export { type VariationOptions, variationOptions, vary } from './core/vary.js';
export * from './errors.js';
export { createProbe, type Probe } from './local-search/create-probe.js';
export { type AdvanceSimplex, createSimplexSearch } from './local-search/create-simplex-search.js';
export { pointAlong } from './local-search/point-along.js';
export { requestTrials } from './local-search/request-trials.js';
export { type SearchStart, startSearch } from './local-search/start-search.js';
export {
  adaptCmaDistribution,
  type CmaDistribution,
  createCmaDistribution,
  drawCmaPoint,
} from './numerics/cma-distribution.js';
export { createCommandOracle } from './oracles/command/command.js';
export { createModuleOracle } from './oracles/module/module.js';
export { createTableOracle } from './oracles/table.js';
export { cached } from './oracles/wrappers/cached.js';
export { openMeasurementCache } from './oracles/wrappers/measurement-cache.js';
export { repeated } from './oracles/wrappers/repeated.js';
export { timeLimited } from './oracles/wrappers/time-limited.js';
export { createScore, type Score } from './pareto/create-score.js';
export { crowdedOrder } from './pareto/crowded-order.js';
export { crowdingDistance } from './pareto/crowding-distance.js';
export { dominates } from './pareto/dominates.js';
export { drawWeights } from './pareto/draw-weights.js';
export { extendFront } from './pareto/extend-front.js';
export { front } from './pareto/front.js';
export { hypervolume } from './pareto/hypervolume.js';
export { hypervolumeContributions } from './pareto/hypervolume-contributions.js';
export { hypervolumeImprovement } from './pareto/hypervolume-improvement.js';
export { nonDominatedSort } from './pareto/non-dominated-sort.js';
export { createTechnique } from './plugins/create-technique.js';
export { DEFAULT_TECHNIQUE } from './plugins/default-technique.js';
export { loadSpace } from './plugins/load-space.js';
export { loadTechniques } from './plugins/load-techniques.js';
export { type CompileSpaceOptions, compileSpace } from './search-space/compile-space.js';
export type { SpaceDefinition } from './search-space/definition.js';
export { parseSpace } from './search-space/parse-space.js';
export { type SpaceBuilder, space } from './search-space/space-builder.js';
export { createMemoryStore } from './store/memory.js';
export { openSqliteStore } from './store/sqlite.js';
export { createStudy } from './study/create-study.js';
export { type Budget, type RunStudyOptions, runStudy, type StudyResult } from './study/run-study.js';
export type { Study, StudyOptions } from './study/study.js';
export { askModel, stillAsked } from './surrogate/ask-model.js';
export { bestTrials, chooseTrials } from './surrogate/choose-trials.js';
export { createGaussianProcess, type GaussianProcess } from './surrogate/gaussian-process.js';
export { fitHyperparameters } from './surrogate/hyperparameters.js';
export { type LearningSet, learningSet, type Sample } from './surrogate/learning-set.js';
export { logExpectedImprovement } from './surrogate/log-expected-improvement.js';
export { maximizeAcquisition } from './surrogate/maximize-acquisition.js';
export { normalDistribution } from './surrogate/normal.js';
export { createParzen } from './surrogate/parzen.js';
export { createRandomForest } from './surrogate/random-forest.js';
export { fitRidgePredictor, type Predictor } from './surrogate/ridge-predictor.js';
export { splitTrials } from './surrogate/split-trials.js';
export { spreadDraw } from './surrogate/spread-draw.js';
export { takenKeys } from './surrogate/taken-keys.js';
