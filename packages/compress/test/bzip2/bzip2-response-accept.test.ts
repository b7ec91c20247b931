import { describe, expect, test } from 'vitest';
import { PerMessageBzip2Response, PerMessageBzip2ResponseAccept } from '../../src/bzip2/index.ts';

const strict = new PerMessageBzip2Response({ clientMaxCompressLevel: 5, serverMaxCompressLevel: 4 });

describe('PerMessageBzip2ResponseAccept', () => {
  test.each([
    [new PerMessageBzip2Response(), {}, [9, 9]],
    [new PerMessageBzip2Response(), { compressLevel: 7 }, [9, 7]],
    [strict, {}, [4, 5]],
    [strict, { compressLevel: 2 }, [4, 2]],
  ])('%s with %j makes a processor of what was agreed', (response, fields, levels) => {
    const processor = new PerMessageBzip2ResponseAccept(response, fields).createCompression({});
    expect(Object.values(processor.toJSON())).toEqual(['permessage-bzip2', false, ...levels]);
  });
  test.each([
    [{}, {}, TypeError],
    [strict, { compressLevel: 6 }, RangeError],
    [strict, { compressLevel: 0 }, RangeError],
  ])('%s with %j is refused', (response, fields, error) => {
    expect(() => new PerMessageBzip2ResponseAccept(response as PerMessageBzip2Response, fields)).toThrow(error);
  });
  test('has a JSON form', () => {
    expect(new PerMessageBzip2ResponseAccept(strict).toJSON()).toEqual({
      extension: 'permessage-bzip2',
      response: strict.toJSON(),
      compressLevel: null,
    });
  });
});
