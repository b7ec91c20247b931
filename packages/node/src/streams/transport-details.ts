// Describes a transport by what Node knows of it.

import { createHash } from 'node:crypto';
import { isIPv4, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { threadId } from 'node:worker_threads';
import { type ChannelBinding, TransportDetails } from '@ws/types';
import type { HandleAddress, StreamHandle } from '../native/stream-handle.ts';

/** The length of a channel id, in bytes. */
const ID_LENGTH = 32;

/** The exporter label of RFC 9266, 2. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';

/** The channel ids of a transport without TLS: none. */
const NO_CHANNEL_ID = Object.freeze({});

/** Facts about a connection that its socket does not know. */
export interface TransportSide {
  readonly isServer: boolean;
  /** The server's url. When a server has one, it becomes `own`; otherwise `own` is the address. */
  readonly url?: string | undefined;
}

const { pid } = process;

/** Describes the transport of a connection whose socket (and TLS) is connected. */
export function describeTransport(socket: Duplex, side: TransportSide): TransportDetails {
  const details = describe(side);
  details.peer = describePeer(socket);
  if (!side.isServer || details.own === null) details.own = describeOwn(socket);
  if (!(socket instanceof TLSSocket)) return details;
  details.channelType = 'tls';
  details.isSecure = true;
  details.channelId = channelIds(socket, side.isServer);
  details.peerCert = describeCertificate(socket);
  return details;
}

/** Describes the transport of a connection that has a handle and no socket. */
export function describeHandle(handle: StreamHandle, side: TransportSide): TransportDetails {
  const details = describe(side);
  const peer: HandleAddress = {};
  const isKnown = handle.getpeername?.(peer) === 0;
  details.peer = isKnown
    ? describeAddress(peer.address ?? '', peer.port ?? 0)
    : handle.getpeername
      ? 'unknown'
      : 'unix';
  if (details.own !== null) return details;
  const own: HandleAddress = {};
  if (handle.getsockname?.(own) === 0) details.own = describeAddress(own.address ?? '', own.port ?? 0);
  return details;
}

function describe({ isServer, url }: TransportSide): TransportDetails {
  const details = new TransportDetails();
  // Fields are set one by one, because the constructor would check them all for each connection.
  details.channelType = 'tcp';
  details.channelFraming = 'websocket';
  details.own = url || null;
  details.isServer = isServer;
  details.ownPid = pid;
  details.ownTid = threadId;
  details.ownFd = -1;
  details.isSecure = false;
  details.channelId = NO_CHANNEL_ID;
  return details;
}

/** The peer as `tcp4:1.2.3.4:5555`, `tcp6:::1:5555`, `unix`, or `unknown`. */
function describePeer(socket: Duplex): string {
  if (!(socket instanceof Socket)) return 'unknown';
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return socket.destroyed ? 'unknown' : 'unix';
  return describeAddress(remoteAddress, remotePort);
}

function describeOwn(socket: Duplex): string | null {
  if (!(socket instanceof Socket)) return null;
  const { localAddress, localPort } = socket;
  return localAddress === undefined || localPort === undefined ? null : describeAddress(localAddress, localPort);
}

function describeAddress(address: string, port: number): string {
  // An IPv4 address that a dual-stack socket gives in IPv6 form is reported as IPv4.
  const plain = address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address;
  // perf: joined, it is one string; a template would keep its parts, for as long as the connection lives.
  return [plain.includes(':') ? 'tcp6' : 'tcp4', plain, port].join(':');
}

/**
 * The channel ids of a TLS socket. `tls-unique` is the first Finished message, hashed (the client's, unless the session
 * was resumed); it exists up to TLS 1.2.
 */
function channelIds(socket: TLSSocket, isServer: boolean): Partial<Record<ChannelBinding, Uint8Array>> {
  const ids: Partial<Record<ChannelBinding, Uint8Array>> = {};
  try {
    if (socket.getProtocol() !== 'TLSv1.3') {
      const finished = isServer ? socket.getPeerFinished() : socket.getFinished();
      if (finished !== undefined) ids['tls-unique'] = createHash('sha256').update(finished).digest();
    }
    ids['tls-exporter'] = socket.exportKeyingMaterial(ID_LENGTH, EXPORTER_LABEL, Buffer.alloc(0));
  } catch {
    // The peer is gone already, or the TLS library has no exporters: the ids are not known.
  }
  return ids;
}

/** The fields of the peer's certificate. `null`: the peer has shown none. */
function describeCertificate(socket: TLSSocket): Readonly<Record<string, unknown>> | null {
  const certificate: PeerCertificate | null = socket.getPeerCertificate();
  if (certificate === null || Object.keys(certificate).length === 0) return null;
  const { subject, issuer, serialNumber, valid_from: from, valid_to: to, subjectaltname, raw } = certificate;
  return {
    subject: lowerCaseKeys(subject),
    issuer: lowerCaseKeys(issuer),
    serial: serialNumber,
    not_before: from,
    not_after: to,
    expired: Date.parse(to) < Date.now(),
    subject_alt_name: subjectaltname ?? null,
    md5: createHash('md5').update(raw).digest('hex').toUpperCase(),
    sha1: createHash('sha1').update(raw).digest('hex').toUpperCase(),
    sha256: createHash('sha256').update(raw).digest('hex').toUpperCase(),
  };
}

function lowerCaseKeys(names: object | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(names ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}
