import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** Names every test that did not run at the end: a run with skipped tests has not shown what those would. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${relative('.', module.moduleId)}: ${test.fullName}`),
    );
    const total = modules.reduce((sum, module) => sum + [...module.children.allTests()].length, 0);
    process.stdout.write(
      skipped.length === 0
        ? `\nskipped: none of ${total} tests\n`
        : `\nskipped: ${skipped.length} of ${total} tests\n${skipped.map((name) => `  ${name}\n`).join('')}`,
    );
  }
}
