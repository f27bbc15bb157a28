import type { ExecutorKind } from '../../core/executor.js';
import { createInlineExecutor } from '../../study/inline-executor.js';

export default {
  where: '',
  open: async (_, { oracle, workers }) => createInlineExecutor(oracle, workers),
} satisfies ExecutorKind;
