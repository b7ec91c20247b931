import { describe, expect, test } from 'vitest';
import { PerMessageDeflateResponse, PerMessageDeflateResponseAccept } from '../../src/deflate/index.ts';

const free = new PerMessageDeflateResponse();
const strict = new PerMessageDeflateResponse({
  clientMaxWindowBits: 10,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 9,
  serverNoContextTakeover: true,
});

describe('PerMessageDeflateResponseAccept', () => {
  test.each([
    [{}, {}, TypeError],
    [strict, { noContextTakeover: false }, RangeError],
    [strict, { windowBits: 11 }, RangeError],
    [free, { windowBits: 16 }, RangeError],
    [free, { memLevel: 10 }, RangeError],
    [free, { noContextTakeover: 1 }, TypeError],
  ])('%s with %j is refused', (response, fields, error) => {
    expect(() => new PerMessageDeflateResponseAccept(response as PerMessageDeflateResponse, fields as object)).toThrow(
      error,
    );
  });

  test('has a JSON form, without the limit of our own', () => {
    const accept = new PerMessageDeflateResponseAccept(strict, { windowBits: 9, maxMessageSize: 5 });
    expect(accept.toJSON()).toEqual({
      extension: 'permessage-deflate',
      response: strict.toJSON(),
      noContextTakeover: null,
      windowBits: 9,
      memLevel: null,
      level: null,
      threshold: 0,
    });
  });

  test.each([
    [free, {}, [false, false, 15, 15, 8]],
    [free, { noContextTakeover: true, windowBits: 12, memLevel: 9 }, [false, true, 15, 12, 9]],
    [strict, {}, [true, true, 9, 10, 8]],
    [strict, { windowBits: 8 }, [true, true, 9, 8, 8]],
  ])('%s with %j makes a processor of what was agreed', (response, fields, expected) => {
    const processor = new PerMessageDeflateResponseAccept(response, fields).createCompression({});
    expect(Object.values(processor.toJSON())).toEqual(['permessage-deflate', false, ...expected]);
  });
});
