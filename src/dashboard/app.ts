import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { IMPORTANCE_METHODS } from '../analysis/importance.js';
import { builtModule } from '../base/package-root.js';
import { SupersamError } from '../errors.js';
import { extractTrial, planExtraction } from './extract-subnet.js';
import type { StudyFollower } from './follow-studies.js';
import { demandToken, type GuardOptions, guard } from './guard.js';
import { type Heard, tellLive } from './live.js';
import type { MaskGallery } from './validation-masks.js';
import { weigh } from './weigh.js';

/** The page's files by their address: nothing else on the disk has one. */
const FILES: { readonly [address: string]: readonly [file: string, type: string] } = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/uplot.css': ['uplot.css', 'text/css; charset=utf-8'],
};

export interface AppOptions extends GuardOptions {
  readonly studies: StudyFollower;
  /** What answers below /api/ beside the studies. */
  readonly routes?: Hono;
  /** Folder whose validation images masks are shown on; the nuclei of the package when absent. */
  readonly data?: string | undefined;
}

/** The server's answers, without a socket. */
export function createApp({ studies, routes, data, ...options }: AppOptions): Hono {
  // The networks' libraries are loaded by who asks for masks.
  let made: Promise<MaskGallery> | undefined;
  const gallery = () => {
    made ??= import('./validation-masks.js').then(({ createMaskGallery }) => createMaskGallery(data));
    return made;
  };
  const app = new Hono();
  app.use(guard(options));
  for (const [address, [file, type]] of Object.entries(FILES)) {
    // Read once: the package may be put up to date below a page that is open.
    const content = readFileSync(builtModule(`dashboard/client/${file}`));
    app.get(address, (context) => context.body(content, 200, { 'Content-Type': type }));
  }
  app.get('/api/studies', (context) => context.json(studies.entries()));
  app.get('/api/studies/:id', (context) => {
    const study = studies.read(context.req.param('id'), 0);
    return study === undefined ? context.json({ error: 'there is no such study' }, 404) : context.json(study);
  });
  app.get('/api/studies/:id/importance', async (context) => {
    const found = studies.locate(context.req.param('id'));
    if (found === undefined) return context.json({ error: 'there is no such study' }, 404);
    const method = IMPORTANCE_METHODS.find((each) => each === context.req.query('method'));
    return context.json(await weigh({ ...found, method: method ?? 'ped-anova' }));
  });
  app.get('/api/studies/:id/extract/:trial{[0-9]{1,9}}', async (context) => {
    const { id, trial } = context.req.param();
    const found = studies.locate(id);
    if (found === undefined) return context.json({ error: 'there is no such study' }, 404);
    return context.json(await planExtraction(found, Number(trial)));
  });
  // The one thing that writes. Nobody but who sees the server's terminal has the token.
  app.post('/api/studies/:id/extract/:trial{[0-9]{1,9}}', demandToken(options.token), async (context) => {
    const { id, trial } = context.req.param();
    const found = studies.locate(id);
    if (found === undefined) return context.json({ error: 'there is no such study' }, 404);
    return context.json(await extractTrial(found, Number(trial)));
  });
  app.get('/api/studies/:id/masks/:trial{[0-9]{1,9}}', async (context) => {
    const { id, trial } = context.req.param();
    const found = studies.locate(id);
    if (found === undefined) return context.json({ error: 'there is no such study' }, 404);
    return context.json(await (await gallery()).look(found, Number(trial)));
  });
  app.get('/api/studies/:id/masks/:trial{[0-9]{1,9}}/:image{[0-9]{1,3}}/:network{[01]}', async (context) => {
    const { id, trial, image, network } = context.req.param();
    const found = studies.locate(id);
    const picture = found && (await (await gallery()).picture(found, Number(trial), Number(image), Number(network)));
    if (picture === undefined) return context.json({ error: 'there is no such picture' }, 404);
    return context.body(new Uint8Array(picture), 200, { 'Content-Type': 'image/png' });
  });
  app.get('/api/live', (context) => {
    const heard = (context.req.queries('study') ?? []).flatMap(readHeard);
    return streamSSE(context, (stream) => tellLive(stream, studies, heard));
  });
  if (routes !== undefined) app.route('/api', routes);
  app.notFound((context) => context.text('there is nothing here', 404));
  app.onError((error, context) => {
    // What was foreseen says itself; a fault stays on the server's terminal.
    if (error instanceof SupersamError) return context.json({ error: error.message }, 400);
    process.stderr.write(`supersam: unexpected ${error.stack}\n`);
    return context.json({ error: 'supersam dashboard failed; its terminal says why' }, 500);
  });
  return app;
}

/** `ID:PLACE`, as the page writes it. */
function readHeard(text: string): Heard[] {
  const [, id, from] = /^([\w-]{12}):(\d{1,9})$/.exec(text) ?? [];
  return id === undefined ? [] : [{ id, from: Number(from) }];
}
