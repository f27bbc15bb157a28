import { expect, it } from 'vitest';
import { maskSecrets } from '../../src/base/secrets.js';

it.each([
  ['redis://me:s3cret@host:6379/0', 'redis://me:***@host:6379/0'],
  ['bullmq:rediss://:s3cret@host', 'bullmq:rediss://:***@host'],
  ['postgres://me:s3:cr@et@host/db?sslmode=require', 'postgres://me:***@host/db?sslmode=require'],
  [
    'postgres://host/db?user=me&password=s3cret&sslmode=verify-full',
    'postgres://host/db?user=me&password=***&sslmode=verify-full',
  ],
  ['cannot use redis://me:s3cret@a and redis://b:s3cret@c', 'cannot use redis://me:***@a and redis://b:***@c'],
  ['redis://host:6379', 'redis://host:6379'],
  ['module:measure.mjs#default', 'module:measure.mjs#default'],
])('takes the password out of %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});
