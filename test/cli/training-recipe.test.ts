import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addRecipeOptions, type RecipeCommandOptions, recipeOf } from '../../src/cli/training-recipe.js';
import { trainingDefaults } from '../../src/supernet/train/training-options.js';

const command = () => addRecipeOptions(new Command('train').exitOverride().configureOutput({ writeErr: () => {} }));
const recipe = (...args: string[]) => recipeOf(command().parse(args, { from: 'user' }).opts<RecipeCommandOptions>());

describe('the options of a training', () => {
  it('are by default what quickstart and full train with', () => {
    expect(recipe()).toEqual({ ...trainingDefaults });
  });

  it('reach the recipe one by one', () => {
    const args = {
      ...{ batch: ['--batch', '8'], accumulate: ['--accumulate', '3'], randomSubnets: ['--random', '0'] },
      ...{ mediumSubnets: ['--medium', '2'], distill: ['--distill'], trainable: ['--trainable', 'decoder'] },
      ...{ loss: ['--loss', 'focal-dice'], iouLoss: ['--no-iou-loss'], rate: ['--rate', '1e-5'] },
      ...{ schedule: ['--schedule', 'constant'], warmUp: ['--warm-up', '0'], weightDecay: ['--weight-decay', '0'] },
      ...{ clipNorm: ['--clip-norm', '0'], evaluateEvery: ['--evaluate-every', '7'], patience: ['--patience', '4'] },
      ...{ prioritizeEvery: ['--prioritize-every', '2'], augmentations: ['--augment', 'colour, crop'] },
    };
    const wanted = {
      ...{ batch: 8, accumulate: 3, randomSubnets: 0, mediumSubnets: 2, distill: true, trainable: 'decoder' },
      ...{ loss: 'focal-dice', iouLoss: false, rate: 1e-5, schedule: 'constant', warmUp: 0, weightDecay: 0 },
      ...{ clipNorm: 0, evaluateEvery: 7, patience: 4, prioritizeEvery: 2, augmentations: ['crop', 'colour'] },
    };
    for (const [name, given] of Object.entries(args)) {
      expect(recipe(...given)).toEqual({ ...trainingDefaults, [name]: wanted[name as keyof typeof wanted] });
    }
    expect(recipe(...Object.values(args).flat())).toEqual({ ...trainingDefaults, ...wanted });
    expect(recipe('--augment', 'none').augmentations).toEqual([]);
  });

  it('follow the authors where a sequential sandwich leaves the schedule open, and the user where not', () => {
    expect(recipe('--sandwich', 'sequential')).toMatchObject({ schedule: 'constant', warmUp: 0 });
    const asked = ['--sandwich', 'sequential', '--schedule', 'cosine', '--warm-up', '5'];
    expect(recipe(...asked)).toMatchObject({ sandwich: 'sequential', schedule: 'cosine', warmUp: 5 });
  });

  it.each([
    ['--augment', 'flip,shear'],
    ['--augment', 'flip,flip'],
    ['--loss', 'bce'],
    ['--batch', '0'],
    ['--warm-up', '-1'],
    ['--clip-norm', 'much'],
  ])('refuse %s %s', (...args) => {
    expect(() => recipe(...args)).toThrow();
  });

  it("teach the authors' recipe in their help", () => {
    const written: string[] = [];
    command()
      .configureOutput({ writeOut: (text) => void written.push(text) })
      .outputHelp();
    const help = written.join('');
    const line = /--sandwich sequential[\s\S]*--steps 250/.exec(help.slice(help.indexOf("authors'")))?.[0] ?? '';
    const args = line
      .trim()
      .split(/\s+/)
      .filter((_, i, all) => all[i] !== '--steps' && all[i - 1] !== '--steps');
    expect(recipe(...args)).toMatchObject({
      ...{ sandwich: 'sequential', randomSubnets: 1, loss: 'focal-dice', iouLoss: false, rate: 1e-5, weightDecay: 0 },
      ...{ schedule: 'constant', warmUp: 0, clipNorm: 0, batch: 8, augmentations: [] },
    });
  });
});
