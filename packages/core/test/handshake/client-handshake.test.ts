import { seededRandom } from '@ws/testkit';
import type { CompressionExtension, CompressionOffer, ConnectingRequest } from '@ws/types';
import { sha1 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { HandshakeError } from '../../src/errors/handshake-error.ts';
import { isValidKey } from '../../src/handshake/accept-key.ts';
import {
  type ClientRequest,
  checkUpgradeResponse,
  createClientRequest,
  type UpgradeResponse,
} from '../../src/handshake/client-handshake.ts';
import { response, text, thrown } from './support.ts';

const offer = (extensionName: string, more: Partial<CompressionOffer> = {}): CompressionOffer => ({
  extensionName,
  getExtensionString: () => `${extensionName}; x`,
  ...more,
});

/** An extension whose responses may have the one parameter `y`. */
const extension = (extensionName: string): CompressionExtension => ({
  extensionName,
  parseOffer: () => offer(extensionName),
  parseResponse(params, offered) {
    if (Object.keys(params).some(key => key !== 'y')) throw new RangeError('unknown parameter');
    return Object.assign({ extensionName }, { offered });
  },
});

function create(
  connecting: Partial<ConnectingRequest> = {},
  init: Partial<Parameters<typeof createClientRequest>[0]> = {},
): ClientRequest {
  const defaults = {
    host: 'localhost',
    port: 80,
    resource: '/',
    headers: {},
    useragent: null,
    origin: null,
    protocols: [],
  };
  return createClientRequest({
    connecting: { ...defaults, ...connecting } as ConnectingRequest,
    version: 13,
    isSecure: false,
    offers: [],
    random: seededRandom(1),
    ...init,
  });
}

const lines = (...args: Parameters<typeof create>): string[] => text(create(...args).bytes).split('\r\n');

describe('createClientRequest', () => {
  test('writes its headers in one order (RFC 6455, 4.1)', () => {
    const { bytes, key, ...rest } = create(
      {
        host: 'example.com',
        port: 9000,
        resource: '/chat?a=b',
        headers: { A: '1', B: ['2', '3'] },
        useragent: 'me',
        origin: 'http://example.com',
        protocols: ['chat', 'superchat'],
      },
      { offers: [offer('a'), offer('b')] },
    );
    expect(isValidKey(key)).toBe(true);
    expect(text(bytes)).toBe(
      'GET /chat?a=b HTTP/1.1\r\nUser-Agent: me\r\nHost: example.com:9000\r\nUpgrade: websocket\r\n' +
        'Connection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\nA: 1\r\nB: 2\r\nB: 3\r\n' +
        `Sec-WebSocket-Key: ${key}\r\nOrigin: http://example.com\r\nSec-WebSocket-Protocol: chat, superchat\r\n` +
        'Sec-WebSocket-Extensions: a; x, b; x\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    expect(rest).toMatchObject({ version: 13, protocols: ['chat', 'superchat'] });
    expect(rest.offers.length).toBe(2);
  });

  test('leaves out what there is none of', () => {
    expect(lines({ useragent: '', origin: '' }).map(line => line.split(':')[0])).toEqual([
      'GET / HTTP/1.1',
      'Host',
      'Upgrade',
      'Connection',
      'Pragma',
      'Cache-Control',
      'Sec-WebSocket-Key',
      'Sec-WebSocket-Version',
      '',
      '',
    ]);
  });

  test('draws a new key for each request', () => {
    const random = seededRandom(7);
    expect(create({}, { random }).key).not.toBe(create({}, { random }).key);
  });

  test('speaks version 8 as its time did', () => {
    const written = lines({ origin: 'http://a' }, { version: 8 });
    expect(written).toContain('Sec-WebSocket-Version: 8');
    expect(written).toContain('Sec-WebSocket-Origin: http://a');
  });

  test.each([
    ['example.com', 80, false, 'example.com'],
    ['example.com', 443, false, 'example.com:443'],
    ['example.com', 443, true, 'example.com'],
    ['example.com', 80, true, 'example.com:80'],
    ['::1', 9000, false, '[::1]:9000'],
    ['[::1]', 80, false, '[::1]'],
    ['unix', 80, false, 'localhost'],
    ['unix', 9000, true, 'localhost'],
  ])('names %s, port %i, secure %s', (host, port, isSecure, expected) => {
    expect(lines({ host, port }, { isSecure })).toContain(`Host: ${expected}`);
  });

  test.each([
    ['/a%20b?c=d', '/a%20b?c=d'],
    ['/a b?ü', '/a%20b?%C3%BC'],
    ['/\u{1f600}\t'.trim(), '/%F0%9F%98%80'],
    ['/\ud800', '/%EF%BF%BD'],
    ['//a', '//a'],
  ])('asks for %s as %s', (resource, expected) => {
    expect(lines({ resource })[0]).toBe(`GET ${expected} HTTP/1.1`);
  });

  test('lets an extra User-Agent win', () => {
    const written = lines({ useragent: 'me', headers: { 'user-agent': 'you' } });
    expect(written.filter(line => /^user-agent/i.test(line))).toEqual(['user-agent: you']);
    expect(lines({ useragent: 'me', headers: { A: 'you' } })).toContain('User-Agent: me');
  });

  test.each([
    { host: 'a\r\nX: y' },
    { host: 'a/b' },
    { port: 65536 },
    { useragent: 'a\r\nX: y' },
    { useragent: '€' },
    { origin: 'a\nb' },
    { protocols: ['a\r\nX: y'] },
    { headers: { a: 'b\r\nX: y' } },
    { headers: { 'a b': 'c' } },
    { headers: { Host: 'a' } },
    { headers: { 'sec-websocket-KEY': 'a' } },
    { headers: { 'Content-Length': '1' } },
  ])('rejects %j before anything is written', connecting => {
    expect(() => create(connecting)).toThrow(RangeError);
  });

  test('rejects an offer with a line end', () => {
    expect(() => create({}, { offers: [offer('a', { getExtensionString: () => 'a\r\nX: y' })] })).toThrow(RangeError);
  });
});

describe('checkUpgradeResponse', () => {
  const SENT: ClientRequest = {
    bytes: new Uint8Array(),
    key: 'dGhlIHNhbXBsZSBub25jZQ==',
    version: 13,
    protocols: ['chat', 'superchat'],
    offers: [offer('a'), offer('b'), offer('a')],
  };
  const KNOWN = [extension('a'), extension('b'), extension('c')];

  function check(
    changes: Record<string, string | null | readonly string[]> = {},
    line = 'HTTP/1.1 101 Switching Protocols',
    sent: Partial<ClientRequest> = {},
    known: readonly CompressionExtension[] = KNOWN,
  ): UpgradeResponse {
    const headers = {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      ...changes,
    };
    const written = Object.entries(headers).flatMap(([name, value]) =>
      value === null ? [] : [value].flat().map(item => `${name}: ${item}`),
    );
    return checkUpgradeResponse(response(line, ...written), { ...SENT, ...sent }, { sha1 }, known);
  }

  test('says what was agreed (RFC 6455, 4.1)', () => {
    const found = check({ 'Sec-WebSocket-Protocol': 'superchat', 'Sec-WebSocket-Extensions': 'A; y=1' });
    expect(found).toMatchObject({
      version: 13,
      protocol: 'superchat',
      compression: { extensionName: 'a', offered: [SENT.offers[0], SENT.offers[2]] },
      headers: { upgrade: 'websocket' },
    });
  });

  test('is content with nothing agreed', () => {
    expect(check()).toMatchObject({ protocol: null, compression: null });
    expect(check({ 'Sec-WebSocket-Protocol': '', 'Sec-WebSocket-Extensions': '' })).toMatchObject({
      protocol: null,
      compression: null,
    });
  });

  test.each([
    ['Upgrade', 'WebSocket'],
    ['Connection', 'keep-alive, upgrade'],
  ])('takes %s: %s', (name, value) => {
    expect(check({ [name]: value }).protocol).toBe(null);
  });

  test('reads no response of an extension that it does not know', () => {
    const headers = { 'Sec-WebSocket-Extensions': 'a' };
    const [offers, known] = [[offer('a')], [extension('b'), extension('a')]];
    expect(check(headers, undefined, { offers }, known).compression?.extensionName).toBe('a');
    expect(() => check(headers, undefined, { offers }, [extension('b')])).toThrow(HandshakeError);
  });

  test.each([
    ['no Upgrade', { Upgrade: null }, 'ERR_UPGRADE'],
    ['another Upgrade', { Upgrade: 'h2c' }, 'ERR_UPGRADE'],
    ['two Upgrade', { Upgrade: ['websocket', 'websocket'] }, 'ERR_UPGRADE'],
    ['no Connection', { Connection: null }, 'ERR_CONNECTION'],
    ['another Connection', { Connection: 'close' }, 'ERR_CONNECTION'],
    ['no Accept', { 'Sec-WebSocket-Accept': null }, 'ERR_ACCEPT'],
    ['a wrong Accept', { 'Sec-WebSocket-Accept': 'S3pPLMBiTxaQ9kYGzzhZRbK+xOo=' }, 'ERR_ACCEPT'],
    [
      'two Accept',
      { 'Sec-WebSocket-Accept': ['s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='] },
      'ERR_ACCEPT',
    ],
    ['an unknown extension', { 'Sec-WebSocket-Extensions': 'z' }, 'ERR_EXTENSION_RESPONSE'],
    ['an extension not offered', { 'Sec-WebSocket-Extensions': 'c' }, 'ERR_EXTENSION_RESPONSE'],
    ['two extensions', { 'Sec-WebSocket-Extensions': 'a, b' }, 'ERR_EXTENSION_RESPONSE'],
    ['two extension headers', { 'Sec-WebSocket-Extensions': ['a', 'b'] }, 'ERR_EXTENSION_RESPONSE'],
    ['two empty extension headers', { 'Sec-WebSocket-Extensions': ['', ''] }, 'ERR_EXTENSION_RESPONSE'],
    ['bad parameters', { 'Sec-WebSocket-Extensions': 'a; z' }, 'ERR_EXTENSION_RESPONSE'],
    ['an open quote', { 'Sec-WebSocket-Extensions': 'a; y="' }, 'ERR_EXTENSION_RESPONSE'],
    ['the extension __proto__', { 'Sec-WebSocket-Extensions': '__proto__' }, 'ERR_EXTENSION_RESPONSE'],
    ['a subprotocol not offered', { 'Sec-WebSocket-Protocol': 'x' }, 'ERR_SUBPROTOCOL_RESPONSE'],
    ['two subprotocols', { 'Sec-WebSocket-Protocol': 'chat, superchat' }, 'ERR_SUBPROTOCOL_RESPONSE'],
    ['two subprotocol headers', { 'Sec-WebSocket-Protocol': ['chat', ''] }, 'ERR_SUBPROTOCOL_RESPONSE'],
  ])('refuses %s, with the answer it had', (_, changes, code) => {
    const error = thrown(() => check(changes));
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ code, status: 101, reason: 'Switching Protocols' });
    expect((error as HandshakeError).headers).not.toBe(null);
  });

  test('refuses one header of two where their join would be right', () => {
    const sent = { protocols: ['chat,', 'chat, x'] };
    const error = thrown(() => check({ 'Sec-WebSocket-Protocol': ['chat', 'x'] }, undefined, sent));
    expect(error).toMatchObject({ code: 'ERR_SUBPROTOCOL_RESPONSE' });
  });

  test('keeps why an extension was refused', () => {
    const error = thrown(() => check({ 'Sec-WebSocket-Extensions': 'a; z' })) as HandshakeError;
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  test.each([
    ['HTTP/1.1 200 OK', 'ERR_STATUS', 200, 'OK'],
    ['HTTP/1.0 403 Go away', 'ERR_STATUS', 403, 'Go away'],
    ['HTTP/1.1 302', 'ERR_STATUS', 302, ''],
    ['HTTP/1.0 101 OK', 'ERR_HTTP_VERSION', 101, 'OK'],
  ])('refuses %s', (line, code, status, reason) => {
    const error = thrown(() => check({ 'X-Why': 'x' }, line)) as HandshakeError;
    expect(error).toMatchObject({ code, status, reason, headers: { 'x-why': 'x' } });
    if (code === 'ERR_STATUS') expect(error.message).toBe(`the server answered ${status} ${reason}`.trim());
  });
});
