/**
 * A text without the passwords of the URLs in it, so that it can be stored and shown: `redis://me:***@host`. Passwords
 * among a URL's parameters go as well.
 */
export const maskSecrets = (text: string): string =>
  text
    .replaceAll(/([a-z][\w+.-]*:\/\/[^/\s:@]*):[^\s/]*@/gi, '$1:***@')
    .replaceAll(/([?&][\w-]*(?:password|secret|token)[\w-]*=)[^&\s#]+/gi, '$1***');
