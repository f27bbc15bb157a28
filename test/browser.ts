import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Whether this machine has a Chromium: tests of pages are skipped where there is none. */
export const hasBrowser = BROWSER !== undefined;

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: BROWSER as string,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
