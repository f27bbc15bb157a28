/// <reference types="vite/types/importMeta.d.ts" />
import type { TechniqueDefinition } from 'supersam';
import { testTechnique } from 'supersam/testing';

const modules = import.meta.glob<{ default: TechniqueDefinition }>('../techniques/*.ts', { eager: true });
const others = Object.values(modules).map((module) => module.default);

/** Techniques that do not learn. */
const unlearning: { readonly [name: string]: string } = {
  random: 'is the baseline itself',
  grid: 'covers the space whatever is measured',
  sobol: 'covers the space whatever is measured',
};
for (const definition of others) {
  const beatsRandomNotBecause = unlearning[definition.name];
  testTechnique(definition, { others, ...(beatsRandomNotBecause === undefined ? {} : { beatsRandomNotBecause }) });
}
