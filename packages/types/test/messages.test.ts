import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { IncomingMessage, Message, OutgoingMessage, Ping } from '../src/index.ts';

const payload = Uint8Array.of(0xc3, 0xa9);

describe('IncomingMessage', () => {
  test('is text by default', () => {
    const message = new IncomingMessage(payload);
    expect(message).toBeInstanceOf(Message);
    expect(message).toMatchObject({ payload, isBinary: false, text: 'é' });
    expect(new IncomingMessage(payload, true).isBinary).toBe(true);
  });

  test('keeps a byte order mark', () => {
    expect(new IncomingMessage(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)).text).toBe('\ufeffa');
  });

  test('has no text when it is not UTF-8', () => {
    const message = new IncomingMessage(Uint8Array.of(0xff), true);
    expect(() => message.text).toThrow(TypeError);
  });

  test('takes bytes of another realm', () => {
    const bytes = runInNewContext('Uint8Array.of(0x61)');
    expect(bytes).not.toBeInstanceOf(Uint8Array);
    expect(new IncomingMessage(bytes).text).toBe('a');
  });

  test.each([
    ['text', false],
    [[1], false],
    [new Uint16Array(1), false],
    [payload, 1],
    [payload, null],
  ])('refuses %j, %j', (bytes, isBinary) => {
    expect(() => new IncomingMessage(bytes as never, isBinary as never)).toThrow(TypeError);
  });
});

describe('OutgoingMessage', () => {
  test('is text, and may be compressed, by default', () => {
    const message = new OutgoingMessage(payload);
    expect(message).toBeInstanceOf(Message);
    expect({ ...message }).toEqual({ payload, isBinary: false, skipCompress: false });
    expect({ ...new OutgoingMessage(payload, true, true) }).toEqual({ payload, isBinary: true, skipCompress: true });
  });

  test.each([
    ['text', false, false],
    [payload, 'yes', false],
    [payload, false, 0],
  ])('refuses %j, %j, %j', (bytes, isBinary, skipCompress) => {
    expect(() => new OutgoingMessage(bytes as never, isBinary as never, skipCompress as never)).toThrow(TypeError);
  });
});

describe('Ping', () => {
  test('carries at most 125 bytes (RFC 6455, 5.5)', () => {
    expect(new Ping().payload).toBeNull();
    expect(new Ping(new Uint8Array(125)).payload).toHaveLength(125);
    expect(() => new Ping(new Uint8Array(126))).toThrow(RangeError);
    expect(() => new Ping('a' as never)).toThrow(TypeError);
    expect(new Ping()).not.toBeInstanceOf(Message);
  });
});
