import type { Oracle, Parts } from '../../core/oracle.js';
import type { Configuration, SearchSpace } from '../../core/space.js';
import { measureInParts } from '../../oracles/measure-in-parts.js';
import type { PromptKind } from '../data/prompts.js';
import {
  type Evaluation,
  type EvaluationItem,
  type EvaluationSet,
  evaluateSubnets,
  type MaskChoice,
  meanIou,
} from '../method/evaluate.js';
import { closedForms } from '../model/closed-form.js';
import type { Model } from '../model/model-folder.js';
import { type Encoder, type Subnet, subnetOf } from '../model/network.js';
import type { Provider } from '../run-onnx/provider.js';
import { createOnnxSegmenter } from '../run-onnx/segmenter.js';
import { checkParameters, checkSpace } from './check-parameters.js';
import { createLatencyTable, type LatencyTable } from './latency-table.js';
import { scoreTogether } from './score-together.js';

export interface SupernetOracleOptions {
  readonly model: Pick<Model, 'weights' | 'sha256'>;
  readonly encoder: Encoder;
  readonly evaluation: EvaluationSet;
  /** What `meanIou` stands for: which prompts (both: the mean of the two) and which of the four masks. */
  readonly metric: { readonly prompt: PromptKind | 'both'; readonly mask: MaskChoice };
  /**
   * Gives `latencyMs` too: that of the extracted encoder, by a table of its pieces that is measured before the first subnet. It depends on
   * the machine and its load, so a study with it does not repeat.
   */
  readonly latency?: boolean;
  /** Cores that measuring may take. Default: all. */
  readonly threads?: number;
  /** What ONNX Runtime computes with. Default: the CPU. */
  readonly provider?: Provider;
  /** Told at the end how much subnets had in common. */
  readonly onNote?: ((message: string) => void) | undefined;
}

/** The supernet's oracle also refuses spaces that tune what the network does not have. */
export interface SupernetOracle extends Oracle {
  /** Throws `SpaceError` naming the unknown parameter. */
  checkSpace(space: SearchSpace): void;
}

/**
 * Measures subnets of a supernet on a fixed evaluation set. Metrics: `meanIou`, `boxIou` and `pointIou` for the prompts
 * the set has, `encoderParameters`, `macs` and, on request, `latencyMs`.
 */
export async function createSupernetOracle(options: SupernetOracleOptions): Promise<SupernetOracle> {
  const { model, encoder, evaluation, metric, latency = false, provider = 'cpu' } = options;
  const cores = options.threads === undefined ? {} : { cores: options.threads };
  const segmenter = await createOnnxSegmenter(model, encoder, { ...cores, provider });
  let table: Promise<LatencyTable> | undefined;
  /** Measured once, while nothing is scored, by whoever comes first. */
  const latencies = (): Promise<LatencyTable> | undefined => {
    if (latency) table ??= createLatencyTable(model, encoder, { threads: options.threads });
    return table;
  };
  const kinds: readonly PromptKind[] = (evaluation.items[0]?.prompts ?? []).map(({ kind }) => kind);

  const toSubnet = (configuration: Configuration): Subnet => {
    checkParameters(encoder, Object.keys(configuration), 'configuration');
    return subnetOf(encoder, configuration);
  };

  const scored = scoreTogether<Subnet, Evaluation>(async (subnets, signal) => {
    const evaluations = await evaluateSubnets(segmenter, subnets, [evaluation], { signal, mask: metric.mask });
    return evaluations.map(([only]) => only as Evaluation);
  });

  const iousOf = (scores: Evaluation) => ({
    meanIou: meanIou(scores, metric),
    ...Object.fromEntries(kinds.map((kind) => [`${kind}Iou`, meanIou(scores, { ...metric, prompt: kind })])),
  });
  const ious = ['meanIou', ...kinds.map((kind) => `${kind}Iou`)];
  /** An image is a part; what counts is its objects. */
  const parts: Parts = {
    weights: evaluation.items.map(({ objects }) => objects.length),
    ranges: Object.fromEntries(ious.map((name) => [name, [0, 1]])),
  };
  const scoreImage = async (subnet: Subnet, image: number, signal: AbortSignal) => {
    const items = [evaluation.items[image] as EvaluationItem];
    const [scores] = await evaluateSubnets(segmenter, [subnet], [{ ...evaluation, items }], {
      signal,
      mask: metric.mask,
    });
    return iousOf(scores?.[0] ?? {});
  };

  return {
    name: 'supernet',
    parts,
    metrics: [...ious, 'encoderParameters', 'macs', ...(latency ? ['latencyMs'] : [])],
    checkSpace: (space) => checkSpace(encoder, space),
    analyze: (configuration) => closedForms(encoder, toSubnet(configuration)),
    measure: async (configuration, { signal, race }) => {
      const subnet = toSubnet(configuration);
      const known = await latencies();
      const time = known === undefined ? {} : { latencyMs: known.predict(subnet) };
      if (race !== undefined) {
        const score = (image: number, either: AbortSignal) => scoreImage(subnet, image, either);
        const raced = await measureInParts(parts, { race, signal }, score, segmenter.workers + 1);
        return { ...raced, metrics: { ...raced.metrics, ...closedForms(encoder, subnet), ...time } };
      }
      const scores = await scored(subnet, signal);
      return {
        state: 'complete',
        metrics: {
          ...iousOf(scores),
          ...closedForms(encoder, subnet),
          ...time,
        },
      };
    },
    // The evaluation's hash covers data, prompts, seed and input format.
    fingerprint: async () => ({
      weights: model.sha256,
      evaluation: evaluation.hash,
      inputSize: encoder.inputSize,
      prompt: metric.prompt,
      mask: metric.mask,
      // Scores differ by rounding, more where a device rounds factors.
      ...(provider !== 'cpu' && { provider }),
    }),
    close: async () => {
      const { asked, ran } = segmenter.statistics();
      const share = asked === 0 ? 0 : Math.round(100 * (1 - ran / asked));
      if (share > 0)
        options.onNote?.(`measuring: ${share} % of the segments of encoders were known from earlier subnets`);
      await segmenter.close();
    },
  };
}
