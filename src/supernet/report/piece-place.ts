/** Where a piece of a network stands in a picture of it. */
export interface PiecePlace {
  readonly block: string;
  readonly kind: string;
}

/** `stage1.block0.mlp` is the mlp of stage1.block0; a piece that is a whole block has the kind "whole". */
export function placeOf(name: string): PiecePlace {
  const dot = name.lastIndexOf('.');
  const last = name.slice(dot + 1);
  return dot < 0 || /\d$/.test(last) ? { block: name, kind: 'whole' } : { block: name.slice(0, dot), kind: last };
}
