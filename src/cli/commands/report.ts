import { join } from 'node:path';
import type { Command } from 'commander';
import { report } from '../../supernet/chain/report.js';
import { print } from '../terminal.js';

export function defineReport(command: Command): void {
  command
    .argument('<folder>', 'results folder, with report-input.json and, for the trials, study.db')
    .option('--no-pictures', 'leave images and masks out, and masks.png: for images that may not be passed on')
    .action(async (folder: string, { pictures }: { readonly pictures: boolean }) => {
      await report(folder, { pictures });
      print(join(folder, 'report.html'));
    });
}
