import { describe, expect, test } from 'vitest';
import { checkClose, isWireCloseCode, MAX_CLOSE_REASON } from '../../src/closing/close-check.ts';

describe('isWireCloseCode (RFC 6455, 7.4)', () => {
  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    '%i may stand in a frame',
    code => expect(isWireCloseCode(code)).toBe(true),
  );

  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535])('%i may not', code =>
    expect(isWireCloseCode(code)).toBe(false),
  );
});

describe('checkClose', () => {
  test.each([
    { code: null, reason: null, codes: 'application' },
    { code: 1000, reason: 'x', codes: 'application' },
    { code: 3000, reason: null, codes: 'application' },
    { code: 4999, reason: null, codes: 'application' },
    { code: 1001, reason: null, codes: 'wire' },
    { code: 1014, reason: null, codes: 'wire' },
  ] as const)('lets $code through ($codes)', ({ code, reason, codes }) => {
    expect(checkClose(code, reason, { codes })).toBeUndefined();
  });

  test.each([
    { code: '1000', reason: null, codes: 'application', error: TypeError },
    { code: undefined, reason: null, codes: 'application', error: TypeError },
    { code: 1000, reason: 7, codes: 'application', error: TypeError },
    { code: null, reason: 'x', codes: 'application', error: RangeError },
    { code: 10, reason: null, codes: 'application', error: RangeError },
    { code: 1001, reason: null, codes: 'application', error: RangeError },
    { code: 2999, reason: null, codes: 'application', error: RangeError },
    { code: 3000.5, reason: null, codes: 'application', error: RangeError },
    { code: Number.NaN, reason: null, codes: 'application', error: RangeError },
    { code: 5000, reason: null, codes: 'application', error: RangeError },
    { code: 1006, reason: null, codes: 'wire', error: RangeError },
    { code: 5000, reason: null, codes: 'wire', error: RangeError },
  ] as const)('refuses $code, $reason ($codes)', ({ code, reason, codes, error }) => {
    expect(() => checkClose(code, reason, { codes })).toThrow(error);
  });

  test('says which rule a code breaks', () => {
    expect(() => checkClose(1005, null)).toThrow('close code 1005 may not stand in a Close frame');
    expect(() => checkClose(1001, null, { codes: 'application' })).toThrow('1001 is not 1000 or 3000 to 4999');
  });

  test('lets a long reason through, which is cut, or refuses it', () => {
    const reason = 'é'.repeat(MAX_CLOSE_REASON);
    expect(checkClose(1000, reason)).toBeUndefined();
    expect(() => checkClose(1000, reason, { longReason: 'refuse' })).toThrow(RangeError);
    expect(checkClose(1000, 'x'.repeat(MAX_CLOSE_REASON), { longReason: 'refuse' })).toBeUndefined();
  });
});
