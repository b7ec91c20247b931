import { checkBoolean, checkBytes, checkInteger, checkMap, checkString, checkStrings } from './checks.ts';
import { type Headers, receivedHeaders } from './headers.ts';

/** Kinds of transports and their numbers. */
export const ChannelType = {
  null: 0,
  function: 1,
  memory: 2,
  serial: 3,
  tcp: 4,
  tls: 5,
  udp: 6,
  dtls: 7,
} as const;
export type ChannelType = keyof typeof ChannelType;

/** Kinds of framing and their numbers. */
export const ChannelFraming = { null: 0, native: 1, websocket: 2, rawsocket: 3 } as const;
export type ChannelFraming = keyof typeof ChannelFraming;

/** Serializers of WAMP and their numbers, the same as on a RawSocket. */
export const ChannelSerializer = { null: 0, json: 1, msgpack: 2, cbor: 3, ubjson: 4, flatbuffers: 5 } as const;
export type ChannelSerializer = keyof typeof ChannelSerializer;

/** Kinds of TLS channel binding: `tls-unique` (RFC 5929, 3) up to TLS 1.2, `tls-exporter` (RFC 9266) from TLS 1.3 on. */
export type ChannelBinding = 'tls-unique' | 'tls-exporter';

/** Fields of {@link TransportDetails}. `null`: not known. */
export interface TransportDetailsFields {
  channelType: ChannelType | null;
  channelFraming: ChannelFraming | null;
  channelSerializer: ChannelSerializer | null;
  /** This end as a URL, such as `ws://localhost:8080/ws`. */
  own: string | null;
  /** The peer, such as `tcp4:127.0.0.1:52914`. */
  peer: string | null;
  isServer: boolean | null;
  /** Process id of this end. */
  ownPid: number | null;
  /** Thread id of this end. */
  ownTid: number | null;
  /** File descriptor of this end; -1: there is none, or it cannot be told. */
  ownFd: number | null;
  /** Whether TLS is in use. */
  isSecure: boolean | null;
  /** 32 bytes for each available kind of channel binding. */
  channelId: Partial<Record<ChannelBinding, Uint8Array>> | null;
  /** The peer's certificate, parsed. */
  peerCert: Readonly<Record<string, unknown>> | null;
  /** The subprotocol in use. */
  websocketProtocol: string | null;
  /** The extensions in use, by name. */
  websocketExtensionsInUse: readonly string[] | null;
  httpHeadersReceived: Headers | null;
  httpHeadersSent: Headers | null;
  /** The value of the tracking cookie of WAMP. */
  httpCbtid: string | null;
}

/** The result of {@link TransportDetails.marshal}, which can be sent or logged. */
export type MarshalledTransportDetails = Record<string, unknown>;

/** Checks a value that is not `null`, and copies it if it is mutable. */
type Reader = (name: string, value: unknown) => unknown;

/** Each field with its name in the marshalled form and its reader. */
const FIELDS: readonly (readonly [name: keyof TransportDetailsFields, key: string, read: Reader])[] = [
  ['channelType', 'channel_type', (name, value) => readName(name, value, ChannelType)],
  ['channelFraming', 'channel_framing', (name, value) => readName(name, value, ChannelFraming)],
  ['channelSerializer', 'channel_serializer', (name, value) => readName(name, value, ChannelSerializer)],
  ['own', 'own', readString],
  ['peer', 'peer', readString],
  ['isServer', 'is_server', readBoolean],
  ['ownPid', 'own_pid', readInteger],
  ['ownTid', 'own_tid', readInteger],
  ['ownFd', 'own_fd', readInteger],
  ['isSecure', 'is_secure', readBoolean],
  ['channelId', 'channel_id', readChannelId],
  ['peerCert', 'peer_cert', readMap],
  ['websocketProtocol', 'websocket_protocol', readString],
  ['websocketExtensionsInUse', 'websocket_extensions_in_use', readStrings],
  ['httpHeadersReceived', 'http_headers_received', receivedHeaders],
  ['httpHeadersSent', 'http_headers_sent', receivedHeaders],
  ['httpCbtid', 'http_cbtid', readString],
];

/** Known facts about the transport of a connection. A plain record, whose fields are filled in as they become known. */
export class TransportDetails implements TransportDetailsFields {
  channelType: ChannelType | null = null;
  channelFraming: ChannelFraming | null = null;
  channelSerializer: ChannelSerializer | null = null;
  own: string | null = null;
  peer: string | null = null;
  isServer: boolean | null = null;
  ownPid: number | null = null;
  ownTid: number | null = null;
  ownFd: number | null = null;
  isSecure: boolean | null = null;
  channelId: Partial<Record<ChannelBinding, Uint8Array>> | null = null;
  peerCert: Readonly<Record<string, unknown>> | null = null;
  websocketProtocol: string | null = null;
  websocketExtensionsInUse: readonly string[] | null = null;
  httpHeadersReceived: Headers | null = null;
  httpHeadersSent: Headers | null = null;
  httpCbtid: string | null = null;

  /** @throws TypeError when a field has the wrong type, RangeError when its value is not allowed */
  constructor(fields?: Partial<TransportDetailsFields>) {
    if (fields === undefined) return;
    checkMap('fields', fields);
    const record: Record<string, unknown> = {};
    for (const [name, , read] of FIELDS) {
      const value = fields[name] ?? null;
      if (value !== null) record[name] = read(name, value);
    }
    Object.assign(this, record);
  }

  /** Type, framing and serializer, such as `tcp-websocket-json`. A part that is not known is written `null`. */
  get channelTypeId(): string {
    return `${this.channelType}-${this.channelFraming}-${this.channelSerializer}`;
  }

  /** Whether all fields are equal. */
  equals(other: TransportDetails): boolean {
    return canonical(this.marshal()) === canonical(other.marshal());
  }

  /**
   * Returns a plain object with all 17 fields, named as on the wire (`channel_type`), with channel ids in hex. JSON and the
   * serializers of WAMP can carry it; {@link TransportDetails.parse} reads it.
   */
  marshal(): MarshalledTransportDetails {
    const marshalled: MarshalledTransportDetails = {};
    for (const [name, key] of FIELDS) marshalled[key] = this[name];
    const { channelId } = this;
    if (channelId !== null) {
      const ids = Object.entries(channelId).map(([binding, id]) => [binding, formatHex(id)]);
      marshalled.channel_id = Object.fromEntries(ids);
    }
    return marshalled;
  }

  /**
   * Parses the result of {@link TransportDetails.marshal}. Missing fields and `null` mean not known. Other keys are ignored.
   *
   * @throws TypeError when a field has the wrong type, RangeError when its value is not allowed
   */
  static parse(marshalled: Readonly<Record<string, unknown>>): TransportDetails {
    checkMap('transport details', marshalled);
    const fields: Record<string, unknown> = {};
    for (const [name, key] of FIELDS) {
      const value = marshalled[key] ?? null;
      fields[name] = name === 'channelId' && value !== null ? parseChannelId(value) : value;
    }
    return new TransportDetails(fields as Partial<TransportDetailsFields>);
  }

  toJSON(): MarshalledTransportDetails {
    return this.marshal();
  }

  /** The marshalled form as JSON, indented on several lines. */
  toString(): string {
    return JSON.stringify(this, null, 2);
  }
}

function readName(name: string, value: unknown, names: Readonly<Record<string, number>>): string {
  checkString(name, value);
  if (!Object.hasOwn(names, value)) {
    throw new RangeError(`${name} must be one of ${Object.keys(names).join(', ')}, not ${JSON.stringify(value)}`);
  }
  return value;
}

function readString(name: string, value: unknown): string {
  checkString(name, value);
  return value;
}

function readBoolean(name: string, value: unknown): boolean {
  checkBoolean(name, value);
  return value;
}

function readInteger(name: string, value: unknown): number {
  checkInteger(name, value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return value;
}

function readMap(name: string, value: unknown): Readonly<Record<string, unknown>> {
  checkMap(name, value);
  return value;
}

function readStrings(name: string, value: unknown): readonly string[] {
  checkStrings(name, value);
  return [...value];
}

function readChannelId(name: string, value: unknown): Partial<Record<ChannelBinding, Uint8Array>> {
  checkMap(name, value);
  const copy: Partial<Record<ChannelBinding, Uint8Array>> = {};
  for (const [binding, id] of Object.entries(value)) {
    if (!isBinding(binding)) throw new RangeError(`${name} knows no ${JSON.stringify(binding)}`);
    checkBytes(`${name}: ${binding}`, id);
    if (id.length !== 32) throw new RangeError(`${name}: ${binding} must be 32 bytes`);
    copy[binding] = id;
  }
  return copy;
}

function isBinding(binding: string): binding is ChannelBinding {
  return binding === 'tls-unique' || binding === 'tls-exporter';
}

function parseChannelId(value: unknown): Record<string, Uint8Array> {
  checkMap('channel_id', value);
  return Object.fromEntries(Object.entries(value).map(([binding, hex]) => [binding, parseHex(hex)]));
}

function formatHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

function parseHex(hex: unknown): Uint8Array {
  checkString('channel id', hex);
  if (!/^[\da-f]{64}$/i.test(hex)) throw new RangeError('a channel id is 64 hex digits');
  return Uint8Array.from(hex.match(/../g)!, digits => Number.parseInt(digits, 16));
}

/** Returns JSON that does not depend on the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
