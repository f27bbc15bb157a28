import { PAGE_STYLE } from './page-style.js';
import { element, text } from './svg/element.js';

/** A whole page around `body` (markup): style inside, no scripts, nothing loaded from elsewhere. */
export function htmlPage(title: string, body: string): string {
  return [
    '<!doctype html>\n',
    element(
      'html',
      { lang: 'en' },
      element(
        'head',
        {},
        element('meta', { charset: 'utf-8' }),
        element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
        element('title', {}, text(title)),
        // An empty icon, or a browser would ask the server for one.
        '<link rel="icon" href="data:," />',
        element('style', {}, PAGE_STYLE),
      ),
      element('body', {}, body),
    ),
    '\n',
  ].join('');
}
