import { hex, toHex } from '@ws/testkit';
import { decodeText, EMPTY_BYTES, encodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { PerMessageBzip2, portableBzip2 } from '../../src/bzip2/index.ts';

const HELLO = '425a68393141592653591a546492000000050000400204a000219a68334d13338bb9229c28480d2a324900';
const EMPTY = '425a683917724538509000000000';
const NO_LIMIT = Number.POSITIVE_INFINITY;

describe('PerMessageBzip2', () => {
  test('makes a stream of each message, at its end', () => {
    const server = new PerMessageBzip2({ isServer: true });
    expect(server.compress(encodeText('Hel'), false)).toHaveLength(0);
    expect(toHex(server.compress(encodeText('lo'), true), '')).toBe(HELLO);
    expect(toHex(server.compress(EMPTY_BYTES, true), '')).toBe(EMPTY);
    expect(toHex(server.compress(encodeText('Hello'), true), '')).toBe(HELLO);
  });
  test('reads them', () => {
    const client = new PerMessageBzip2({ isServer: false });
    expect(client.decompress(hex(HELLO).subarray(0, 20), false, NO_LIMIT)).toHaveLength(0);
    expect(decodeText(client.decompress(hex(HELLO).subarray(20), true, 5))).toBe('Hello');
    expect(client.decompress(hex(EMPTY), true, 0)).toHaveLength(0);
  });
  test('uses the level that was agreed for its direction', () => {
    const levels = { serverMaxCompressLevel: 2, clientMaxCompressLevel: 3 };
    expect(toHex(new PerMessageBzip2({ isServer: true, ...levels }).compress(EMPTY_BYTES, true)).slice(9, 11)).toBe(
      '32',
    );
    expect(toHex(new PerMessageBzip2({ isServer: false, ...levels }).compress(EMPTY_BYTES, true)).slice(9, 11)).toBe(
      '33',
    );
  });
  test('keeps the limit of its own', () => {
    const client = new PerMessageBzip2({ isServer: false, maxMessageSize: 4 });
    expect(() => client.decompress(hex(HELLO), true, NO_LIMIT)).toThrow(
      expect.objectContaining({ code: 'ERR_MESSAGE_TOO_BIG' }),
    );
  });
  test('describes itself', () => {
    const server = new PerMessageBzip2({ isServer: true, serverMaxCompressLevel: 4 }, portableBzip2);
    expect(server.toJSON()).toEqual({
      extension: 'permessage-bzip2',
      isServer: true,
      serverMaxCompressLevel: 4,
      clientMaxCompressLevel: 9,
    });
    expect(server.sharedKey).toBe(new PerMessageBzip2({ isServer: false, clientMaxCompressLevel: 4 }).sharedKey);
  });
  test('is of no use when closed', () => {
    const server = new PerMessageBzip2({ isServer: true });
    server.close();
    server.close();
    expect(() => server.compress(EMPTY_BYTES, true)).toThrow(TypeError);
    expect(() => server.decompress(hex(EMPTY), true, 0)).toThrow();
  });
});
