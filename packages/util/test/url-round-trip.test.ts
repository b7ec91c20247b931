import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUrl, parseUrl } from '../src/index.ts';

// What the two do together, on any input.

const hostname = fc.oneof(
  fc.domain().filter(name => name !== 'unix'),
  fc.ipV4(),
  fc.ipV6().filter(address => !address.includes('.')),
);
const text = fc.string({ unit: 'grapheme', minLength: 1 });
const params = fc.dictionary(
  text.filter(name => name !== '__proto__'),
  fc.array(text, { minLength: 1, maxLength: 3 }),
  { maxKeys: 4, noNullPrototype: false },
);
const port = fc.integer({ min: 1, max: 65535 });

describe('createUrl and parseUrl', () => {
  test('what was put in comes out again (RFC 6455, 3)', () => {
    fc.assert(
      fc.property(hostname, port, fc.boolean(), text, params, (hostname, port, isSecure, segment, params) => {
        const path = `/${segment}`;
        const parsed = parseUrl(createUrl({ hostname, port, isSecure, path, params }));
        const expected = { isSecure, hostname, port, udsPath: null, path, params };
        expect({ ...parsed, params: { ...parsed.params } }).toMatchObject(expected);
      }),
    );
  });

  test('Unix sockets too, with a resource of their own or without', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.option(text), params, (udsPath, segment, params) => {
        const path = segment === null ? null : `/${segment}`;
        const url = createUrl({ hostname: 'unix', udsPath, path, params });
        const parsed = parseUrl(url);
        expect(parsed.udsPath).toBe(udsPath);
        if (path !== null) expect(parsed.path).toBe(path);
        expect({ ...parsed.params }).toEqual({ ...params });
      }),
    );
  });

  test('a URL that was made is made again from its parts', () => {
    const target = fc.record({ hostname, port, path: text, params });
    const socket = fc.record({ hostname: fc.constant('unix'), udsPath: text, path: fc.option(text), params });
    fc.assert(
      fc.property(fc.oneof(target, socket), parts => {
        const url = createUrl(parts);
        expect(createUrl(parseUrl(url))).toBe(url);
      }),
    );
  });

  test('any URL that can be parsed means the same after a round trip', () => {
    const characters = fc.constantFrom(...'ab/:;?#@[]%=&+. é\u2028', '%41', '%zz', '::1', 'unix:', ':/', '..');
    fc.assert(
      fc.property(fc.constantFrom('ws://', 'wss://h/', 'ws://unix:/'), fc.array(characters), (start, rest) => {
        let parsed: ReturnType<typeof parseUrl>;
        try {
          parsed = parseUrl(start + rest.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(parseUrl(createUrl(parsed))).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });
});
