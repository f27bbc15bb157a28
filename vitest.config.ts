import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/build-when-stale.ts', 'test/setup/temporary-folder.ts'],
    reporters: ['default', './test/setup/skipped-reporter.ts'],
    // What takes longer says so itself, with a limit of its own.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Nothing else runs meanwhile: every core, where the default leaves one.
    maxWorkers: '100%',
  },
});
