import { createHash } from 'node:crypto';

/** In hexadecimal digits; of a text's UTF-8. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
