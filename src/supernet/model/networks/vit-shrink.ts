import type { ActiveSize } from '../network.js';
import type { VitLayer } from './vit-spec.js';

/** The spec of the stand-alone network that a subnet is: layers without any branch are gone. */
export function shrinkVit<Spec extends { readonly layers: readonly VitLayer[] }>(spec: Spec, active: ActiveSize): Spec {
  return { ...spec, layers: shrunken(spec, active).filter(isThere) };
}

/** The name a tensor of a kept layer has in the stand-alone network, whose layers are counted without those that are gone. */
export function renumberVit(
  spec: { readonly layers: readonly VitLayer[] },
  active: ActiveSize,
  tensor: string,
): string {
  const kept = shrunken(spec, active).map(isThere);
  return tensor.replace(/^(image_encoder\.blocks\.)(\d+)/, (_, prefix: string, layer: string) => {
    return `${prefix}${kept.slice(0, Number(layer)).filter(Boolean).length}`;
  });
}

const shrunken = ({ layers }: { readonly layers: readonly VitLayer[] }, active: ActiveSize): VitLayer[] =>
  layers.map((layer, i) => ({
    ...layer,
    heads: active(`layer${i}.attention`) ?? 0,
    mlpWidth: active(`layer${i}.mlp`) ?? 0,
  }));

const isThere = ({ heads, mlpWidth }: VitLayer): boolean => heads > 0 || mlpWidth > 0;
