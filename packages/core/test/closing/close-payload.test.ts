import { hex, toHex } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { MAX_CLOSE_REASON } from '../../src/closing/close-check.ts';
import { formatClosePayload, parseClosePayload } from '../../src/closing/close-payload.ts';

describe('parseClosePayload (RFC 6455, 5.5.1)', () => {
  test.each([
    { name: 'nothing', payload: '', code: null, reason: null },
    { name: 'a code', payload: '03 e8', code: 1000, reason: null },
    { name: 'a code and a reason', payload: '03 e9 62 79 65', code: 1001, reason: 'bye' },
    { name: 'a reason beyond ASCII', payload: '13 87 e2 82 ac', code: 4999, reason: '€' },
  ])('reads $name', ({ payload, code, reason }) => {
    expect(parseClosePayload(hex(payload))).toEqual({ code, reason });
  });

  test.each([
    { name: '1 byte', payload: '03', error: 'ERR_CLOSE_PAYLOAD', closeCode: 1002 },
    { name: 'a code that must not be sent', payload: '03 ed', error: 'ERR_CLOSE_CODE', closeCode: 1002 },
    { name: 'a reason with a stray byte', payload: '03 e8 ff', error: 'ERR_INVALID_UTF8', closeCode: 1007 },
    { name: 'a reason that is cut', payload: '03 e8 e2 82', error: 'ERR_INVALID_UTF8', closeCode: 1007 },
    { name: 'a reason with a surrogate', payload: '03 e8 ed a0 80', error: 'ERR_INVALID_UTF8', closeCode: 1007 },
  ])('refuses $name', ({ payload, error, closeCode }) => {
    expect(() => parseClosePayload(hex(payload))).toThrow(expect.objectContaining({ code: error, closeCode }));
  });
});

describe('formatClosePayload', () => {
  test.each([
    { code: null, reason: null, payload: '' },
    { code: 1000, reason: null, payload: '03 e8' },
    { code: 4999, reason: '', payload: '13 87' },
    { code: 1001, reason: 'bye', payload: '03 e9 62 79 65' },
  ])('$code $reason', ({ code, reason, payload }) => {
    expect(toHex(formatClosePayload(code, reason))).toBe(payload);
  });

  test.each([
    { name: '"abc" many times', reason: 'abc'.repeat(1000), kept: 'abc'.repeat(41) },
    { name: '2-byte characters', reason: 'é'.repeat(100), kept: 'é'.repeat(61) },
    { name: '4-byte characters', reason: '😀'.repeat(50), kept: '😀'.repeat(30) },
    { name: 'what just fits', reason: 'x'.repeat(123), kept: 'x'.repeat(123) },
  ])('cuts a long reason at a code point: $name', ({ reason, kept }) => {
    const payload = formatClosePayload(1000, reason);
    expect(payload.length).toBeLessThanOrEqual(2 + MAX_CLOSE_REASON);
    expect(parseClosePayload(payload).reason).toBe(kept);
  });
});
