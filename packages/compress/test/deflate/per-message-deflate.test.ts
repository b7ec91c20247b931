import { hex, toHex } from '@ws/testkit';
import type { DeflateCodec } from '@ws/types';
import { decodeText, EMPTY_BYTES, encodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { type DeflateProcessorFields, PerMessageDeflate, portableDeflate } from '../../src/deflate/index.ts';

const hello = encodeText('Hello');
const make = (fields: Partial<DeflateProcessorFields> = {}) => new PerMessageDeflate({ isServer: true, ...fields });
const NO_LIMIT = Number.POSITIVE_INFINITY;

describe('PerMessageDeflate compresses (RFC 7692, 7.2.1)', () => {
  test('with context takeover', () => {
    const server = make();
    expect(toHex(server.compress(hello, true), '')).toBe('f248cdc9c90700');
    expect(toHex(server.compress(hello, true), '')).toBe('f200110000');
    expect(toHex(server.compress(EMPTY_BYTES, true), '')).toBe('00');
    expect(toHex(server.compress(EMPTY_BYTES, true), '')).toBe('00');
  });
  test('without it', () => {
    const server = make({ serverNoContextTakeover: true });
    expect(toHex(server.compress(hello, true), '')).toBe('f248cdc9c90700');
    expect(toHex(server.compress(hello, true), '')).toBe('f248cdc9c90700');
  });
  test('as the client, by what was agreed for the client', () => {
    const client = make({ isServer: false, clientNoContextTakeover: true });
    client.compress(hello, true);
    expect(toHex(client.compress(hello, true), '')).toBe('f248cdc9c90700');
  });
  test('by the methods of the reference', () => {
    const server = make();
    server.startCompressMessage();
    const start = server.compressMessageData(hello);
    expect(toHex(start, '') + toHex(server.endCompressMessage(), '')).toBe('f248cdc9c90700');
  });
});

describe('PerMessageDeflate decompresses (RFC 7692, 7.2.3)', () => {
  test.each([
    ['a message, 7.2.3.1', 'f248cdc9c90700'],
    ['a stored block, 7.2.3.3', '000500faff48656c6c6f00'],
    ['a final block, 7.2.3.4', 'f348cdc9c9070000'],
    ['two blocks, 7.2.3.5', 'f248050000 00ffffcac9c90700'],
  ])('%s', (_name, payload) => {
    const client = make({ isServer: false });
    expect(decodeText(client.decompress(hex(payload), true, NO_LIMIT))).toBe('Hello');
    expect(decodeText(client.decompress(hex('f200110000'), true, NO_LIMIT))).toBe('Hello');
  });
  test.each(['00', ''])('"%s" as the empty message, 7.2.3.6', payload => {
    expect(make().decompress(hex(payload), true, 0)).toEqual(EMPTY_BYTES);
  });
  test('by the methods of the reference', () => {
    const client = make({ isServer: false });
    client.startDecompressMessage();
    const pieces = [client.decompressMessageData(hex('f248cd')), client.decompressMessageData(hex('c9c90700'))];
    pieces.push(client.endDecompressMessage());
    expect(pieces.map(decodeText).join('')).toBe('Hello');
  });
});

describe('PerMessageDeflate keeps its limits', () => {
  test('of the caller, and of its own over all pieces of a message', () => {
    const payload = make().compress(new Uint8Array(2000), true);
    expect(make({ maxMessageSize: 2000 }).decompress(payload, true, NO_LIMIT)).toHaveLength(2000);
    const tooBig = expect.objectContaining({ code: 'ERR_MESSAGE_TOO_BIG' });
    expect(() => make({ maxMessageSize: 1999 }).decompress(payload, true, NO_LIMIT)).toThrow(tooBig);
    expect(() => make({ maxMessageSize: 3000 }).decompress(payload, true, 10)).toThrow(tooBig);
    const inPieces = make({ maxMessageSize: 1999 });
    expect(() => {
      inPieces.decompress(payload.subarray(0, 5), false, NO_LIMIT);
      inPieces.decompress(payload.subarray(5), true, NO_LIMIT);
    }).toThrow(tooBig);
  });
  test('anew for each message', () => {
    const [sender, receiver] = [make({ maxMessageSize: 5 }), make({ isServer: false, maxMessageSize: 5 })];
    for (let i = 0; i < 3; i++) receiver.decompress(sender.compress(hello, true), true, NO_LIMIT);
  });
});

describe('PerMessageDeflate owns its codecs', () => {
  function watched(): { codec: DeflateCodec; log: string[] } {
    const log: string[] = [];
    const codec: DeflateCodec = {
      compressor(parameters) {
        log.push(`compressor ${JSON.stringify(parameters)}`);
        const compressor = portableDeflate.compressor(parameters);
        return { compress: (...args) => compressor.compress(...args), close: () => log.push('compressor closed') };
      },
      decompressor(parameters) {
        log.push(`decompressor ${parameters.windowBits}`);
        const decompressor = portableDeflate.decompressor(parameters);
        return {
          decompress: (...args) => decompressor.decompress(...args),
          close: () => log.push('decompressor closed'),
        };
      },
    };
    return { codec, log };
  }

  test('and makes them when they are needed, by what was agreed', () => {
    const { codec, log } = watched();
    const fields = { isServer: true, serverMaxWindowBits: 9, clientMaxWindowBits: 10, serverNoContextTakeover: true };
    const server = new PerMessageDeflate(fields, codec);
    expect(log).toEqual([]);
    server.compress(hello, true);
    server.decompress(hex('00'), true, 0);
    expect(log).toEqual([
      'compressor {"windowBits":9,"contextTakeover":false,"memLevel":8,"level":5}',
      'decompressor 10',
    ]);
  });
  test('frees the decompressor at the first error, which is told again', () => {
    const { codec, log } = watched();
    const server = new PerMessageDeflate({ isServer: true }, codec);
    const broken = expect.objectContaining({ code: 'ERR_COMPRESSED_DATA' });
    expect(() => server.decompress(hex('0600'), true, NO_LIMIT)).toThrow(broken);
    expect(log).toEqual(['decompressor 15', 'decompressor closed']);
    expect(() => server.decompress(hex('00'), true, NO_LIMIT)).toThrow(broken);
  });
  test('frees both when closed, also twice, and is of no use afterwards', () => {
    const { codec, log } = watched();
    const server = new PerMessageDeflate({ isServer: true }, codec);
    server.compress(hello, true);
    server.decompress(hex('00'), true, 0);
    server.close();
    server.close();
    expect(log.slice(2)).toEqual(['compressor closed', 'decompressor closed']);
    expect(() => server.compress(hello, true)).toThrow(TypeError);
    expect(() => server.decompress(hex('00'), true, 0)).toThrow();
  });
});

describe('PerMessageDeflate describes itself', () => {
  test('to those who would share what it compressed', () => {
    expect(make().sharedKey).toBeNull();
    const key = make({ serverNoContextTakeover: true }).sharedKey;
    expect(key).not.toBeNull();
    expect(make({ serverNoContextTakeover: true, clientMaxWindowBits: 9 }).sharedKey).toBe(key);
    expect(make({ serverNoContextTakeover: true, serverMaxWindowBits: 9 }).sharedKey).not.toBe(key);
    expect(make({ serverNoContextTakeover: true, level: 9 }).sharedKey).not.toBe(key);
    expect(make({ isServer: false, clientNoContextTakeover: true }).sharedKey).toBe(key);
  });
  test('in JSON, with zeros and nulls filled in', () => {
    expect(make({ serverMaxWindowBits: 0, memLevel: null }).toJSON()).toEqual({
      extension: 'permessage-deflate',
      isServer: true,
      serverNoContextTakeover: false,
      clientNoContextTakeover: false,
      serverMaxWindowBits: 15,
      clientMaxWindowBits: 15,
      memLevel: 8,
    });
    expect(String(make())).toMatch(/^PerMessageDeflate\(\{"extension":"permessage-deflate"/);
  });
  test('and refuses to be made of nonsense', () => {
    expect(() => make({ isServer: undefined as unknown as boolean })).toThrow(TypeError);
    expect(() => make({ serverMaxWindowBits: 7 })).toThrow(RangeError);
    expect(() => make({ memLevel: 0 })).toThrow(RangeError);
  });
});
