/**
 * The method from code, published as `supersam/sam`: every link of the chain is a call that the command of the same name makes.
 * A model is handed on as a value or as its folder; see docs/sam.md.
 */

import './base/no-telemetry.js';

export { type AverageOptions, average } from './supernet/chain/average.js';
export { type ConvertOptions, type ConvertResult, convert } from './supernet/chain/convert.js';
export { design } from './supernet/chain/design.js';
export { type DistillOptions, distill } from './supernet/chain/distill.js';
export { type EvaluateOptions, type EvaluateResult, evaluate } from './supernet/chain/evaluate.js';
export { type ExtractOptions, extract, extractElastic } from './supernet/chain/extract.js';
export { type DataOptions, type ModelSource, NUCLEI, type ScoringOptions } from './supernet/chain/inputs.js';
export { type PrioritizeOptions, prioritize } from './supernet/chain/prioritize.js';
export { type RankOptions, rank } from './supernet/chain/rank.js';
export { report } from './supernet/chain/report.js';
export { openSupernetOracle, type SearchOptions, search } from './supernet/chain/search.js';
export { type TrainOptions, train } from './supernet/chain/train.js';
export { type Design, type DesignOptions, spaceText } from './supernet/method/design.js';
export { type Ranking, readRanking } from './supernet/method/ranking.js';
export { type Model, readModel } from './supernet/model/model-folder.js';
export { type PipelineOptions, type PipelineResult, runPipeline } from './supernet/pipeline/run-pipeline.js';
export { fullSettings, type PipelineSettings, quickstartSettings } from './supernet/pipeline/settings.js';
export type { EverythingOptions } from './supernet/predict/everything.js';
export {
  type EmbeddedImage,
  type ImageSource,
  type LoadedModel,
  loadModel,
  type PredictOptions,
} from './supernet/predict/load-model.js';
export { cocoSegmentation, maskPng, overlayPng } from './supernet/predict/mask-files.js';
export { maskPixels, type PredictedMask } from './supernet/predict/predicted-mask.js';
export type { Prompt, PromptPoint } from './supernet/predict/prompt.js';
export { loadTrainingBackend as loadBackend, type TrainingBackend as Backend } from './supernet/train/backend.js';
export { trainingDefaults } from './supernet/train/training-options.js';
