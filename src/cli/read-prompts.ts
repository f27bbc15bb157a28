import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { whatIsWrong } from '../base/schema-issues.js';
import { UsageError } from '../errors.js';
import type { Prompt, PromptPoint } from '../supernet/predict/prompt.js';
import { readJsonArgument } from './read-json-argument.js';
import { numbersReader } from './read-number.js';

type Box = NonNullable<Prompt['box']>;

const numbers = numbersReader({});

/** `x,y,width,height`. */
export function readBox(text: string): Box {
  const values = numbers(text);
  if (values.length !== 4) throw new InvalidArgumentError('Give x,y,width,height in pixels.');
  return values as unknown as Box;
}

/** `x,y` of a pixel of the object, `x,y,0` of one that is not. */
export function readPoint(text: string): PromptPoint {
  const [x, y, label = 1, ...more] = numbers(text);
  if (x === undefined || y === undefined || more.length > 0 || (label !== 0 && label !== 1))
    throw new InvalidArgumentError('Give x,y in pixels, or x,y,0 for a pixel that is not to belong to it.');
  return { x, y, label };
}

/**
 * The prompts that `--box` and `--point` make: every box asks for an object of its own; all points ask for one together,
 * and with the box if there is one.
 */
export function promptsOf(boxes: readonly Box[], points: readonly PromptPoint[]): Prompt[] {
  if (boxes.length > 1 && points.length > 0) {
    throw new UsageError('which box the points belong to is not said', {
      remedy: `give --prompts '[{"box": [10, 20, 30, 40], "points": [[25, 40], [12, 22, 0]]}, …]'`,
    });
  }
  if (points.length === 0) return boxes.map((box) => ({ box }));
  const [box] = boxes;
  return [{ ...(box !== undefined && { box }), points }];
}

const number = z.number();
const promptsSchema = z
  .array(
    z.strictObject({
      box: z.tuple([number, number, number, number]).optional(),
      points: z
        .array(
          z.union([
            z.tuple([number, number]).transform(([x, y]) => ({ x, y })),
            z
              .tuple([number, number, z.union([z.literal(0), z.literal(1)])])
              .transform(([x, y, label]) => ({ x, y, label })),
          ]),
        )
        .optional(),
    }),
  )
  .min(1);

/** Prompts as JSON, or a file with it. */
export async function readPrompts(argument: string): Promise<Prompt[]> {
  const value = await readJsonArgument(argument, 'the prompts', remedy);
  const result = promptsSchema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(`the prompts cannot be read: ${whatIsWrong(result.error)}`, { cause: result.error, remedy });
}

const remedy = `write them as '[{"box": [x, y, width, height]}, {"points": [[x, y], [x, y, 0]]}]'`;
