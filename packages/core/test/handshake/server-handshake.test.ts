import { sha1 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { HandshakeError } from '../../src/errors/handshake-error.ts';
import { compileOriginPatterns } from '../../src/handshake/origin.ts';
import {
  checkUpgradeRequest,
  formatAcceptResponse,
  type UpgradePolicy,
  type UpgradeRequest,
} from '../../src/handshake/server-handshake.ts';
import { request, text, thrown } from './support.ts';

const POLICY: UpgradePolicy = {
  versions: [8, 13],
  allowedOrigins: compileOriginPatterns(['*']),
  allowNullOrigin: false,
  externalPort: null,
  webStatus: true,
  trustXForwardedFor: 0,
};

/** A request that is right, with some headers replaced (`null`: left out; a list: several lines). */
function check(
  changes: Record<string, string | null | readonly string[]> = {},
  policy: Partial<UpgradePolicy> = {},
  line = 'GET /chat?a=b HTTP/1.1',
): UpgradeRequest | null {
  const headers = {
    Host: 'example.com:8000',
    Upgrade: 'websocket',
    Connection: 'keep-alive, Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...changes,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map(item => `${name}: ${item}`),
  );
  return checkUpgradeRequest(request(line, ...lines), { ...POLICY, ...policy });
}

function failure(...args: Parameters<typeof check>): HandshakeError {
  const error = thrown(() => check(...args));
  expect(error).toBeInstanceOf(HandshakeError);
  return error as HandshakeError;
}

describe('checkUpgradeRequest', () => {
  test('says what is asked for (RFC 6455, 4.2.1)', () => {
    const found = check({
      Origin: 'http://example.com',
      'Sec-WebSocket-Protocol': ['chat, superchat', 'x'],
      'Sec-WebSocket-Extensions': ['permessage-deflate; client_max_window_bits', 'x'],
      'X-Forwarded-For': '1.2.3.4',
    });
    expect(found).toMatchObject({
      host: 'example.com',
      path: '/chat',
      resource: '/chat?a=b',
      params: { a: ['b'] },
      version: 13,
      origin: 'http://example.com',
      protocols: ['chat', 'superchat', 'x'],
      extensions: [
        ['permessage-deflate', { client_max_window_bits: [true] }],
        ['x', {}],
      ],
      key: 'dGhlIHNhbXBsZSBub25jZQ==',
      forwardedFor: null,
      headers: { host: 'example.com:8000' },
    });
  });

  test('knows nothing of what the client does not say', () => {
    expect(check()).toMatchObject({ origin: null, protocols: [], extensions: [] });
  });

  test.each([
    ['POST', { Host: null }, {}, 'POST / HTTP/1.1', 'ERR_HTTP_METHOD', 405],
    ['HEAD', {}, {}, 'HEAD / HTTP/1.1', 'ERR_HTTP_METHOD', 405],
    ['get', {}, {}, 'get / HTTP/1.1', 'ERR_HTTP_METHOD', 405],
    ['HTTP/1.0', {}, {}, 'GET / HTTP/1.0', 'ERR_HTTP_VERSION', 505],
    ['HTTP/2', {}, {}, 'GET / HTTP/2', 'ERR_HTTP_VERSION', 505],
    ['a HTTP/2 preface', {}, {}, 'PRI * HTTP/2.0', 'ERR_HTTP_METHOD', 405],
    ['a fragment', {}, {}, 'GET /#a HTTP/1.1', 'ERR_REQUEST_TARGET', 400],
    ['*', {}, {}, 'GET * HTTP/1.1', 'ERR_REQUEST_TARGET', 400],
    ['no Host', { Host: null }, {}, undefined, 'ERR_HOST', 400],
    ['two Host', { Host: ['a', 'a'] }, {}, undefined, 'ERR_HOST', 400],
    ['an empty and a Host', { Host: ['', 'a'] }, {}, undefined, 'ERR_HOST', 400],
    ['a Host with a path', { Host: 'a/b?c#d@e' }, {}, undefined, 'ERR_HOST', 400],
    ['a Host with a bad port', { Host: 'a:b' }, {}, undefined, 'ERR_HOST', 400],
    ['another port', { Host: 'a:80' }, { externalPort: 81 }, undefined, 'ERR_HOST', 400],
    ['no Upgrade', { Upgrade: null }, { webStatus: false }, undefined, 'ERR_UPGRADE_REQUIRED', 426],
    ['another Upgrade', { Upgrade: 'h2c' }, {}, undefined, 'ERR_UPGRADE', 400],
    ['an Upgrade like websocket', { Upgrade: 'websockets' }, {}, undefined, 'ERR_UPGRADE', 400],
    ['two Upgrade', { Upgrade: ['websocket', 'websocket'] }, {}, undefined, 'ERR_UPGRADE', 400],
    ['no Connection', { Connection: null }, {}, undefined, 'ERR_CONNECTION', 400],
    ['another Connection', { Connection: 'keep-alive' }, {}, undefined, 'ERR_CONNECTION', 400],
    ['two Connection', { Connection: ['keep-alive', 'Upgrade'] }, {}, undefined, 'ERR_CONNECTION', 400],
    ['a body', { 'Content-Length': '5' }, {}, undefined, 'ERR_REQUEST_BODY', 400],
    ['two lengths', { 'Content-Length': ['0', '0'] }, {}, undefined, 'ERR_REQUEST_BODY', 400],
    ['a chunked body', { 'Transfer-Encoding': 'chunked' }, {}, undefined, 'ERR_REQUEST_BODY', 400],
    ['no version', { 'Sec-WebSocket-Version': null }, {}, undefined, 'ERR_VERSION_MISSING', 400],
    ['two versions', { 'Sec-WebSocket-Version': ['13', '13'] }, {}, undefined, 'ERR_VERSION', 400],
    ['version 13x', { 'Sec-WebSocket-Version': '13x' }, {}, undefined, 'ERR_VERSION', 400],
    ['version 0x0d', { 'Sec-WebSocket-Version': '0x0d' }, {}, undefined, 'ERR_VERSION', 400],
    ['version 013', { 'Sec-WebSocket-Version': '013' }, {}, undefined, 'ERR_VERSION', 400],
    ['an empty version', { 'Sec-WebSocket-Version': '' }, {}, undefined, 'ERR_VERSION', 400],
    ['version 12', { 'Sec-WebSocket-Version': '12' }, {}, undefined, 'ERR_VERSION_UNSUPPORTED', 426],
    ['version 0', { 'Sec-WebSocket-Version': '0' }, {}, undefined, 'ERR_VERSION_UNSUPPORTED', 426],
    ['the same subprotocol twice', { 'Sec-WebSocket-Protocol': ['a, b', 'a'] }, {}, undefined, 'ERR_SUBPROTOCOL', 400],
    ['a subprotocol that is no token', { 'Sec-WebSocket-Protocol': 'a b' }, {}, undefined, 'ERR_SUBPROTOCOL', 400],
    ['two origins', { Origin: ['http://a', 'http://a'] }, {}, undefined, 'ERR_ORIGIN', 400],
    ['a malformed origin', { Origin: 'a' }, {}, undefined, 'ERR_ORIGIN', 400],
    ['an empty origin', { Origin: '' }, {}, undefined, 'ERR_ORIGIN', 400],
    ['the null origin', { Origin: 'null' }, {}, undefined, 'ERR_ORIGIN_REFUSED', 403],
    ['an origin', { Origin: 'http://a' }, { allowedOrigins: [] }, undefined, 'ERR_ORIGIN_REFUSED', 403],
    ['no key', { 'Sec-WebSocket-Key': null }, {}, undefined, 'ERR_KEY', 400],
    ['a short key', { 'Sec-WebSocket-Key': 'dGhl' }, {}, undefined, 'ERR_KEY', 400],
    ['two keys', { 'Sec-WebSocket-Key': ['dGhlIHNhbXBsZSBub25jZQ==', ''] }, {}, undefined, 'ERR_KEY', 400],
    ['an open quote', { 'Sec-WebSocket-Extensions': 'a; b="' }, {}, undefined, 'ERR_EXTENSIONS', 400],
  ])('refuses %s', (_, changes, policy, line, code, status) => {
    expect(failure(changes, policy, line)).toMatchObject({ code, status });
  });

  // Each request has all faults from one on: the first is told.
  test('checks in one order', () => {
    const faults: [Record<string, string | null | readonly string[]>, string, string?][] = [
      [{}, 'ERR_HTTP_METHOD', 'POST * HTTP/1.0'],
      [{}, 'ERR_HTTP_VERSION', 'GET * HTTP/1.0'],
      [{}, 'ERR_REQUEST_TARGET', 'GET * HTTP/1.1'],
      [{ Host: null }, 'ERR_HOST'],
      [{ Upgrade: 'x' }, 'ERR_UPGRADE'],
      [{ Connection: 'x' }, 'ERR_CONNECTION'],
      [{ 'Content-Length': '1' }, 'ERR_REQUEST_BODY'],
      [{ 'Sec-WebSocket-Version': '12' }, 'ERR_VERSION_UNSUPPORTED'],
      [{ 'Sec-WebSocket-Protocol': 'a,a' }, 'ERR_SUBPROTOCOL'],
      [{ Origin: 'null', 'Sec-WebSocket-Origin': 'null' }, 'ERR_ORIGIN_REFUSED'],
      [{ 'Sec-WebSocket-Key': 'x' }, 'ERR_KEY'],
      [{ 'Sec-WebSocket-Extensions': '"' }, 'ERR_EXTENSIONS'],
    ];
    for (let i = 0; i < faults.length; i++) {
      const [, code, line] = faults[i]!;
      const changes = Object.assign({}, ...faults.slice(i).map(([fault]) => fault));
      expect(failure(changes, {}, line).code).toBe(code);
    }
  });

  test('says which method, protocol and versions it takes', () => {
    expect(failure({}, {}, 'PUT / HTTP/1.1').headers).toEqual({ Allow: 'GET' });
    expect(failure({ Upgrade: null }, { webStatus: false }).headers).toEqual({ Upgrade: 'websocket' });
    const old = { 'Sec-WebSocket-Version': '7' };
    expect(failure(old).headers).toEqual({ Upgrade: 'websocket', 'Sec-WebSocket-Version': '13, 8' });
    expect(failure(old, { versions: [13] }).headers).toMatchObject({ 'Sec-WebSocket-Version': '13' });
    expect(failure({ 'Sec-WebSocket-Version': '8' }, { versions: [13] }).status).toBe(426);
  });

  test('tells a Hixie-76 client that its protocol is not supported', () => {
    const keys = { 'Sec-WebSocket-Key1': '1 2', 'Sec-WebSocket-Key2': '3 4' };
    const error = failure({ 'Sec-WebSocket-Version': null, 'Sec-WebSocket-Key': null, ...keys });
    expect(error.reason).toMatch(/Hixie-76 .* not supported/);
  });

  test.each([
    ['Upgrade', 'WebSocket'],
    ['Upgrade', 'h2c, websocket'],
    ['Connection', 'upgrade'],
    ['Connection', 'Keep-Alive,UPGRADE'],
    ['Content-Length', '0'],
  ])('takes %s: %s', (name, value) => {
    expect(check({ [name]: value })).not.toBe(null);
  });

  test.each([
    ['a:81', 81, 'a'],
    ['a', 81, 'a'],
    ['[::1]:81', 81, '[::1]'],
  ])('takes Host %s where the external port is %i', (Host, externalPort, host) => {
    expect(check({ Host }, { externalPort })?.host).toBe(host);
  });

  test('does not mind a request for a page, where there is one', () => {
    expect(check({ Upgrade: null, Connection: null })).toBe(null);
    expect(failure({ Upgrade: null, Host: null }).code).toBe('ERR_HOST');
  });

  test('looks for the origin of version 8 in Sec-WebSocket-Origin', () => {
    const headers = { 'Sec-WebSocket-Version': '8', Origin: 'null', 'Sec-WebSocket-Origin': 'http://a' };
    expect(check(headers)).toMatchObject({ version: 8, origin: 'http://a' });
    expect(failure({ ...headers, 'Sec-WebSocket-Origin': 'null' }).status).toBe(403);
  });

  test('takes the null origin when it is allowed', () => {
    expect(check({ Origin: 'null' }, { allowNullOrigin: true })?.origin).toBe('null');
  });

  test('takes the client from X-Forwarded-For when it trusts a proxy', () => {
    const headers = { 'X-Forwarded-For': ['1.2.3.4, 2.3.4.5', '111.222.33.44'] };
    expect(check(headers, { trustXForwardedFor: 2 })?.forwardedFor).toBe('2.3.4.5');
  });
});

describe('formatAcceptResponse', () => {
  const ANSWER = { key: 'dGhlIHNhbXBsZSBub25jZQ==', protocol: null, extensions: null, server: null, headers: [] };
  const format = (changes = {}) => text(formatAcceptResponse({ ...ANSWER, ...changes }, { sha1 }));

  test('has what RFC 6455, 4.2.2 wants', () => {
    expect(format()).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    );
    expect(format({ server: '', extensions: '' })).toBe(format());
  });

  test('has all the rest in one order', () => {
    const headers = [{ A: ['1', '2'] }, null, { B: '3' }];
    expect(format({ protocol: 'chat', extensions: 'permessage-deflate', server: 's', headers })).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nServer: s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'A: 1\r\nA: 2\r\nB: 3\r\nSec-WebSocket-Protocol: chat\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n',
    );
  });

  test.each([
    { protocol: 'a\r\nX-Injected: b' },
    { protocol: 'a b' },
    { protocol: '' },
    { server: 'a\r\nX-Injected: b' },
    { extensions: 'a\r\nX-Injected: b' },
    { headers: [{ a: 'b\r\nc: d' }] },
    { headers: [{ 'a\r\nb': 'c' }] },
    { headers: [{}, { a: ['b', '\0'] }] },
  ])('rejects %j', changes => {
    expect(() => format(changes)).toThrow(RangeError);
  });
});
