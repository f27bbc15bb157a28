import type { TinyVitSpec } from './tinyvit-spec.js';

/** The spec of the stand-alone network that a subnet is; `active` gives a piece's active size, undefined if it is not there. */
export function shrinkTinyVit<Spec extends TinyVitSpec>(spec: Spec, active: (piece: string) => number | undefined) {
  return {
    ...spec,
    mbconvHidden: spec.mbconvHidden.map((hidden, i) => (active(`stage0.block${i}`) ? hidden : 0)),
    stages: spec.stages.map((stage, index) => ({
      ...stage,
      blocks: stage.blocks.map((_, block) => {
        const heads = active(`stage${index + 1}.block${block}.attention`) ?? 0;
        return {
          attention: heads > 0,
          ...(heads > 0 && heads < stage.heads && { heads }),
          mlpWidth: active(`stage${index + 1}.block${block}.mlp`) ?? 0,
        };
      }),
    })),
  };
}
