import { describe, expect, test } from 'vitest';
import { CloseCode, CloseReason } from '../src/index.ts';

describe('CloseReason', () => {
  test.each([
    [1000, 'NORMAL_CLOSURE'],
    [1001, 'GOING_AWAY'],
    [1002, 'PROTOCOL_ERROR'],
    [1003, 'UNSUPPORTED_DATA'],
    [1004, 'RFC_RESERVED'],
    [1005, 'NO_STATUS_RCVD'],
    [1006, 'ABNORMAL_CLOSURE'],
    [1007, 'INVALID_FRAME_PAYLOAD_DATA'],
    [1008, 'POLICY_VIOLATION'],
    [1009, 'MESSAGE_TOO_BIG'],
    [1010, 'MANDATORY_EXT'],
    [1011, 'INTERNAL_ERROR'],
    [1012, 'SERVICE_RESTART'],
    [1013, 'TRY_AGAIN_LATER'],
    [1014, 'BAD_GATEWAY'],
    [1015, 'TLS_HANDSHAKE_FAILED'],
    [1016, 'RFC_RESERVED'],
    [2999, 'RFC_RESERVED'],
    [3000, 'IANA_RESERVED'],
    [3999, 'IANA_RESERVED'],
    [4000, 'PRIVATE_RESERVED'],
    [4999, 'PRIVATE_RESERVED'],
    [5000, 'INVALID_CODE'],
    [999, 'INVALID_CODE'],
    [0, 'INVALID_CODE'],
    [1000.5, 'INVALID_CODE'],
    [Number.NaN, 'INVALID_CODE'],
  ])('names %d %s (RFC 6455, 7.4)', (code, name) => {
    expect(new CloseReason(code).name).toBe(name);
  });

  test('takes an empty reason for none', () => {
    expect(new CloseReason(1000, '').reason).toBeNull();
    expect(new CloseReason(1000).reason).toBeNull();
    expect(new CloseReason(1001, 'bye').reason).toBe('bye');
  });

  test('has a form for logs and one for JSON', () => {
    const reason = new CloseReason(1001, 'bye');
    expect(String(reason)).toBe('CloseReason<code=1001, name=GOING_AWAY, reason=bye>');
    expect(String(new CloseReason(1000))).toBe('CloseReason<code=1000, name=NORMAL_CLOSURE, reason=null>');
    expect(JSON.parse(JSON.stringify(reason))).toEqual({ code: 1001, name: 'GOING_AWAY', reason: 'bye' });
  });

  test('never changes', () => {
    const reason = new CloseReason(1001, 'bye');
    expect(Object.isFrozen(reason)).toBe(true);
  });

  test('refuses other types', () => {
    expect(() => new CloseReason('1000' as unknown as number)).toThrow(TypeError);
    expect(() => new CloseReason(1000, 1 as unknown as string)).toThrow(TypeError);
  });
});

test('CloseCode has a name for every code that has a meaning (RFC 6455, 7.4.1, and IANA)', () => {
  const codes = Array.from({ length: 16 }, (_, i) => 1000 + i).filter(code => code !== 1004);
  expect(Object.values(CloseCode)).toEqual(codes);
  expect(CloseCode).toMatchObject({ NORMAL: 1000, GOING_AWAY: 1001, MANDATORY_EXT: 1010, BAD_GATEWAY: 1014 });
});
