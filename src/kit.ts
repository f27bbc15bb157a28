/**
 * What technique files are made of, published as `supersam/kit`: the contract, and the parts that several techniques share
 * (models and acquisition, local search, variation, fronts and volumes). techniques/README.md says how to write one.
 */

export type { Json } from './base/json.js';
export { createRng, type Rng } from './base/rng.js';
export type { Direction, Objective } from './core/objective.js';
export { losses } from './core/objective.js';
export type { Configuration, Value } from './core/space.js';
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
export type { Context, Limit, OptionSpec, Technique, TechniqueDefinition } from './core/technique.js';
export type { FinishedTrial } from './core/trial.js';
export {
  adaptCmaDistribution,
  type CmaDistribution,
  createCmaDistribution,
  drawCmaPoint,
} from './numerics/cma-distribution.js';
export { logNormalDistribution, normalDistribution } from './numerics/normal.js';
export { sobolPoint } from './numerics/sobol-point.js';
export { crowdedOrder, crowdingDistance } from './pareto/crowding.js';
export { dominates, front, nonDominatedSort } from './pareto/dominance.js';
export { extendFront, referencePoint } from './pareto/growing-front.js';
export { hypervolume, hypervolumeContributions, hypervolumeImprovement } from './pareto/hypervolume.js';
export { createScore, drawWeights, type Score } from './pareto/score.js';
export {
  type Acquisition,
  acquisitionSlopes,
  logExpectedImprovement,
  type Prediction,
} from './technique-kit/acquisition.js';
export { askModel, keyOf, stillAsked, takenKeys, toldKeys } from './technique-kit/ask-model.js';
export { type DefinedTechnique, defineTechnique, type TechniqueOptions } from './technique-kit/define-technique.js';
export { createGaussianProcess, fitHyperparameters, type GaussianProcess } from './technique-kit/gaussian-process.js';
export {
  bestTrials,
  chooseTrials,
  chosenTrials,
  type LearningSet,
  learningSet,
  type Sample,
  thinnedFront,
} from './technique-kit/learning-set.js';
export {
  createProbe,
  findTrial,
  type Probe,
  pointAlong,
  requestTrials,
  type SearchStart,
  startSearch,
} from './technique-kit/local-search.js';
export { maximizeAcquisition } from './technique-kit/maximize-acquisition.js';
export { createParts, type TechniqueParts } from './technique-kit/parts.js';
export { createParzen } from './technique-kit/parzen.js';
export { priorModel, type Residual, residualOver } from './technique-kit/prior-model.js';
export { createRandomForest } from './technique-kit/random-forest.js';
export { fitRidgePredictor, type Predictor } from './technique-kit/ridge-predictor.js';
export { type AdvanceSimplex, createSimplexSearch } from './technique-kit/simplex.js';
export { splitTrials } from './technique-kit/split-trials.js';
export { labelScale } from './technique-kit/standardize.js';
export { spreadDraw, startDraw } from './technique-kit/starts.js';
export { type Evaluated, evaluated, type VariationOptions, variationOptions, vary } from './technique-kit/variation.js';
export { type Fit, refit } from './technique-kit/weighed-fit.js';
