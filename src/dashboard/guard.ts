import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** Who may ask the server what. */
export interface GuardOptions {
  /** The address that it listens at. */
  readonly host: string;
  readonly token: string;
}

const COOKIE = 'supersam';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean => LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);

/**
 * Scripts and styles are the page's own files alone, nothing is loaded from elsewhere, and nobody frames it. Pictures
 * may be ones that the page has made.
 */
const HEADERS: { readonly [name: string]: string } = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/**
 * Refuses what the page itself would never ask: a Host that is not this server's (another site's name turned to this
 * address), an Origin or a fetch of another site and, where other machines can reach the server, one without the token.
 */
export function guard({ host, token }: GuardOptions): MiddlewareHandler {
  const isOpen = !isLoopback(host);
  return async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    const asked = context.req.header('host') ?? '';
    if (!isOwnHost(asked, host)) return context.text(`this is not ${asked}`, 421);
    if (isFromElsewhere(context, asked)) return context.text('another site may not ask', 403);
    if (isOpen) {
      const given = context.req.query('token');
      if (given !== undefined && isSameText(given, token)) {
        // Out of the address, which ends up in histories and screenshots.
        setCookie(context, COOKIE, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
        return context.redirect('/', 303);
      }
      if (!isSameText(getCookie(context, COOKIE) ?? '', token) && !hasBearer(context, token)) {
        return context.text('open the address that supersam dashboard printed, with its token', 401);
      }
    }
    return next();
  };
}

/** For what does more than read: the token beside the request, whichever address the server listens at. */
export const demandToken =
  (token: string): MiddlewareHandler =>
  async (context, next) =>
    hasBearer(context, token) ? next() : context.json({ error: 'the token is missing or wrong' }, 401);

function isOwnHost(asked: string, host: string): boolean {
  const name = asked.replace(/:\d+$/, '').toLowerCase();
  if (isLoopback(host)) return LOOPBACK.has(name) || name === host;
  // A name can be turned to any address by who owns it; an address is what it says.
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || [host, hostname(), 'localhost'].includes(name);
}

function isFromElsewhere(context: Context, asked: string): boolean {
  const origin = context.req.header('origin');
  if (origin !== undefined && origin !== `http://${asked}`) return true;
  const site = context.req.header('sec-fetch-site') ?? 'none';
  // A link to the page is followed; what it may read of the answer is nothing.
  const isVisit =
    context.req.path === '/' && context.req.method === 'GET' && context.req.header('sec-fetch-mode') === 'navigate';
  return site !== 'none' && site !== 'same-origin' && !isVisit;
}

const hasBearer = (context: Context, token: string): boolean =>
  isSameText(context.req.header('authorization') ?? '', `Bearer ${token}`);

function isSameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
