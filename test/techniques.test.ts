/// <reference types="vite/types/importMeta.d.ts" />
import type { TechniqueDefinition } from 'supersam';
import { testTechnique } from 'supersam/testing';

const modules = import.meta.glob<{ default: TechniqueDefinition }>('../techniques/*.ts', { eager: true });
const definitions = Object.values(modules).map((module) => module.default);
for (const definition of definitions) testTechnique(definition, definitions);
