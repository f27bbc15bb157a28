import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { type FoundModel, findModels } from './find-models.js';
import type { Predictor } from './predictor.js';

/** Of an image's file. */
const LARGEST_BYTES = 64 * 2 ** 20;

const COORDINATE = z.number().min(-1e6).max(1e6);
const QUESTION = z.strictObject({
  model: z.string(),
  image: z.string(),
  prompt: z
    .strictObject({
      box: z.tuple([COORDINATE, COORDINATE, COORDINATE, COORDINATE]).optional(),
      points: z.array(z.strictObject({ x: COORDINATE, y: COORDINATE, label: z.literal([0, 1]) })).max(64),
    })
    .nullable(),
});

/**
 * Masks for the page: models by name, pictures that the page sends or that come with the package, prompts. Nothing is
 * written, and pictures stay in this process.
 */
export function predictRoutes(paths: readonly string[]): { readonly routes: Hono; close(): Promise<void> } {
  const routes = new Hono();
  let found: FoundModel[] = [];
  // The networks' libraries are loaded by who asks for a mask, not by who looks at a study.
  let predictor: Promise<Predictor> | undefined;
  const ready = () => {
    predictor ??= import('./predictor.js').then(({ createPredictor }) => createPredictor(() => found));
    return predictor;
  };

  routes.get('/models', async (context) => {
    found = findModels(paths);
    const models = found.map(({ source: _, ...entry }) => entry);
    return context.json({ models, samples: (await ready()).samples() });
  });
  routes.get('/images/:id', async (context) => {
    const picture = await (await ready()).picture(context.req.param('id'));
    return picture === undefined
      ? context.json({ error: 'there is no such image' }, 404)
      : context.body(new Uint8Array(picture), 200, { 'Content-Type': 'image/jpeg' });
  });
  const limit = bodyLimit({
    maxSize: LARGEST_BYTES,
    onError: (context) => context.json({ error: 'the image is larger than 64 MiB' }, 413),
  });
  // Types that no form of another site can send without asking first.
  const wants = (type: string, given: string | undefined) => given?.split(';')[0] === type;
  routes.post('/images', limit, async (context) => {
    if (!wants('application/octet-stream', context.req.header('content-type'))) return context.body(null, 415);
    return context.json(await (await ready()).keep(new Uint8Array(await context.req.arrayBuffer())));
  });
  routes.post('/predict', bodyLimit({ maxSize: 2 ** 16 }), async (context) => {
    if (!wants('application/json', context.req.header('content-type'))) return context.body(null, 415);
    const question = QUESTION.safeParse(await context.req.json().catch(() => null));
    if (!question.success) return context.json({ error: 'the question is none' }, 400);
    return context.json(await (await ready()).answer(question.data));
  });
  return { routes, close: async () => (await predictor)?.close() };
}
