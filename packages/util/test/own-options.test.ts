import { expect, test } from 'vitest';
import { ownOptions } from '../src/own-options.ts';

test('has what stands in the options, and nothing else', () => {
  const options: { readonly port: number; readonly host?: string } = Object.create(
    { host: 'evil.example' },
    {
      port: { value: 80, enumerable: true },
    },
  );
  const own = ownOptions(options);
  expect(own.port).toBe(80);
  expect(own.host).toBeUndefined();
  expect(Object.getPrototypeOf(own)).toBeNull();
  expect((own as Record<string, unknown>).constructor).toBeUndefined();
});
