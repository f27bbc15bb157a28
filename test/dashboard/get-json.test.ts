import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getJson } from '../../src/dashboard/client/get-json.js';

let server: Server;
let at: (path: string) => string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const [status, body] = request.url === '/refused' ? [400, '{"error":"no"}'] : [200, '{"mask":'];
    if (request.url === '/page') response.writeHead(502).end('<html>');
    else if (status === 400) response.writeHead(400).end(body);
    else {
      response.writeHead(200, { 'Content-Length': 1000 }).write(body);
      if (request.url === '/broken') setTimeout(() => response.destroy(), 50);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  at = (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('takes no answer for one that broke off or was given up while it came', async () => {
  await expect(getJson(at('broken'))).rejects.toThrow();
  const controller = new AbortController();
  const asked = getJson(at('slow'), undefined, controller.signal);
  setTimeout(() => controller.abort(), 100);
  await expect(asked).rejects.toThrow(/abort/i);
});

it('says what the server refused, or how it answered', async () => {
  await expect(getJson(at('refused'))).rejects.toThrow(/^no$/);
  await expect(getJson(at('page'))).rejects.toThrow('the server answered 502');
});
