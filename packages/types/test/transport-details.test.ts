import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ChannelFraming,
  ChannelSerializer,
  ChannelType,
  TransportDetails,
  type TransportDetailsFields,
} from '../src/index.ts';

const id = Uint8Array.from({ length: 32 }, (_, i) => i);

const KEYS = (
  'channel_type channel_framing channel_serializer own peer is_server own_pid own_tid own_fd is_secure channel_id ' +
  'peer_cert websocket_protocol websocket_extensions_in_use http_headers_received http_headers_sent http_cbtid'
).split(' ');

const fields: TransportDetailsFields = {
  channelType: 'tls',
  channelFraming: 'websocket',
  channelSerializer: 'cbor',
  own: 'wss://localhost:8080/ws',
  peer: 'tcp4:127.0.0.1:5555',
  isServer: true,
  ownPid: 1,
  ownTid: 2,
  ownFd: -1,
  isSecure: true,
  channelId: { 'tls-unique': id, 'tls-exporter': id },
  peerCert: { serial: '01', subject: { cn: 'localhost' } },
  websocketProtocol: 'wamp.2.cbor',
  websocketExtensionsInUse: ['permessage-deflate'],
  httpHeadersReceived: { host: 'localhost' },
  httpHeadersSent: { server: 'x' },
  httpCbtid: 'cookie',
};

describe('TransportDetails', () => {
  test('knows nothing at first', () => {
    const details = new TransportDetails();
    expect(Object.keys(details)).toHaveLength(17);
    expect(Object.values(details).every(value => value === null)).toBe(true);
    expect(details.channelTypeId).toBe('null-null-null');
  });

  test('knows what it is given, and may learn more', () => {
    const details = new TransportDetails(fields);
    expect({ ...details }).toEqual(fields);
    details.peer = null;
    expect(details.peer).toBeNull();
  });

  test('has a type id', () => {
    const names = { channelType: 'tcp', channelFraming: 'websocket', channelSerializer: 'json' } as const;
    expect(new TransportDetails(names).channelTypeId).toBe('tcp-websocket-json');
    expect(new TransportDetails({ channelType: 'null' }).channelTypeId).toBe('null-null-null');
  });

  test('has numbers for its kinds', () => {
    expect(ChannelType).toMatchObject({ null: 0, function: 1, memory: 2, serial: 3, tcp: 4, tls: 5, udp: 6, dtls: 7 });
    expect(ChannelFraming).toEqual({ null: 0, native: 1, websocket: 2, rawsocket: 3 });
    expect(ChannelSerializer).toEqual({ null: 0, json: 1, msgpack: 2, cbor: 3, ubjson: 4, flatbuffers: 5 });
  });

  test('is marshalled under 17 names, channel ids in hex', () => {
    const marshalled = new TransportDetails(fields).marshal();
    expect(Object.keys(marshalled)).toEqual(KEYS);
    const hex = Array.from({ length: 32 }, (_, i) => `0${i.toString(16)}`.slice(-2)).join('');
    expect(marshalled.channel_id).toEqual({ 'tls-unique': hex, 'tls-exporter': hex });
    expect(marshalled.channel_type).toBe('tls');
    expect(Object.values(new TransportDetails().marshal()).every(value => value === null)).toBe(true);
  });

  test('is the same after a round trip through JSON', () => {
    const text = fc.option(fc.string());
    const flag = fc.option(fc.boolean());
    const number = fc.option(fc.integer());
    const headers = fc.option(
      fc.dictionary(
        fc.string().map(name => name.toLowerCase()),
        fc.string(),
      ),
    );
    const record = fc.record<TransportDetailsFields>({
      channelType: fc.option(fc.constantFrom(...(Object.keys(ChannelType) as ChannelType[]))),
      channelFraming: fc.option(fc.constantFrom(...(Object.keys(ChannelFraming) as ChannelFraming[]))),
      channelSerializer: fc.option(fc.constantFrom(...(Object.keys(ChannelSerializer) as ChannelSerializer[]))),
      own: text,
      peer: text,
      isServer: flag,
      ownPid: number,
      ownTid: number,
      ownFd: number,
      isSecure: flag,
      channelId: fc.option(
        fc.record(
          {
            'tls-unique': fc.uint8Array({ minLength: 32, maxLength: 32 }),
            'tls-exporter': fc.uint8Array({ minLength: 32, maxLength: 32 }),
          },
          { requiredKeys: [] },
        ),
      ),
      peerCert: fc.option(fc.dictionary(fc.string(), fc.jsonValue())) as fc.Arbitrary<Record<string, unknown> | null>,
      websocketProtocol: text,
      websocketExtensionsInUse: fc.option(fc.array(fc.string())),
      httpHeadersReceived: headers,
      httpHeadersSent: headers,
      httpCbtid: text,
    });
    fc.assert(
      fc.property(record, fields => {
        const details = new TransportDetails(fields);
        const parsed = TransportDetails.parse(JSON.parse(JSON.stringify(details)));
        expect(parsed.equals(details)).toBe(true);
        expect(parsed.channelId).toEqual(details.channelId);
        expect(JSON.parse(String(details))).toEqual(JSON.parse(JSON.stringify(parsed.marshal())));
      }),
    );
  });

  test('equals another when all fields do, in any order of keys', () => {
    const details = new TransportDetails(fields);
    const turned = { ...fields, channelId: { 'tls-exporter': id, 'tls-unique': id.slice() } };
    expect(details.equals(new TransportDetails(turned))).toBe(true);
    for (const name of Object.keys(fields)) {
      expect(details.equals(new TransportDetails({ ...fields, [name]: null })), name).toBe(false);
    }
    const others = { ...fields, httpHeadersSent: { server: 'y' } };
    expect(details.equals(new TransportDetails(others))).toBe(false);
  });

  test('parses any part, and does not look at what it does not know', () => {
    expect({ ...TransportDetails.parse({}) }).toEqual({ ...new TransportDetails() });
    expect(TransportDetails.parse({ own: null, peer: 'a', color: 'red' })).toMatchObject({ own: null, peer: 'a' });
    expect(TransportDetails.parse({ channel_id: { 'tls-unique': 'AB'.repeat(32) } }).channelId).toEqual({
      'tls-unique': new Uint8Array(32).fill(0xab),
    });
  });

  test.each([
    ['channel_type', 4],
    ['own', 1],
    ['is_server', 1],
    ['own_pid', '1'],
    ['own_fd', true],
    ['channel_id', 'a'],
    ['channel_id', { 'tls-unique': 1 }],
    ['peer_cert', 'a'],
    ['websocket_extensions_in_use', 'a'],
    ['websocket_extensions_in_use', [1]],
    ['http_headers_sent', []],
    ['http_headers_received', { a: 1 }],
  ])('parse refuses %s of %j with a TypeError', (key, value) => {
    expect(() => TransportDetails.parse({ [key]: value })).toThrow(TypeError);
  });

  test.each([
    ['channel_type', 'quic'],
    ['channel_type', 'toString'],
    ['channel_framing', ''],
    ['channel_serializer', 'xml'],
    ['own_pid', 0.5],
    ['channel_id', { 'tls-server-end-point': 'ab'.repeat(32) }],
    ['channel_id', { 'tls-unique': 'ab' }],
    ['channel_id', { 'tls-unique': 'xy'.repeat(32) }],
  ])('parse refuses %s of %j with a RangeError', (key, value) => {
    expect(() => TransportDetails.parse({ [key]: value })).toThrow(RangeError);
  });

  test('refuses what is no map, and channel ids that are none', () => {
    expect(() => TransportDetails.parse([] as never)).toThrow(TypeError);
    expect(() => TransportDetails.parse(null as never)).toThrow(TypeError);
    expect(() => new TransportDetails('a' as never)).toThrow(TypeError);
    expect(() => new TransportDetails({ channelId: { 'tls-unique': 'a' } as never })).toThrow(TypeError);
    expect(() => new TransportDetails({ channelId: { 'tls-unique': new Uint8Array(31) } })).toThrow(RangeError);
  });
});
