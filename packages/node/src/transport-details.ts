// What Node knows of a transport.

import { createHash } from 'node:crypto';
import { isIPv4, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import { threadId } from 'node:worker_threads';
import { type ChannelBinding, TransportDetails } from '@ws/types';

/** The length of a channel id, in bytes. */
const ID_LENGTH = 32;

/** The label of RFC 9266, 2. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';

/** What the socket itself does not know. */
export interface TransportSide {
  readonly isServer: boolean;
  /** The server's url: what `own` is on a server. */
  readonly url?: string | undefined;
}

/** Describes the transport of a connection whose socket (and TLS) is connected. */
export function describeTransport(socket: Duplex, { isServer, url }: TransportSide): TransportDetails {
  const details = new TransportDetails();
  const isSecure = socket instanceof TLSSocket;
  // Fields are set one by one: the constructor would check them all, and this is done for each connection.
  details.channelType = isSecure ? 'tls' : 'tcp';
  details.channelFraming = 'websocket';
  details.peer = describePeer(socket);
  details.own = isServer ? (url ?? null) : describeOwn(socket);
  details.isServer = isServer;
  details.ownPid = process.pid;
  details.ownTid = threadId;
  details.ownFd = -1;
  details.isSecure = isSecure;
  details.channelId = isSecure ? channelIds(socket, isServer) : {};
  details.peerCert = isSecure ? describeCertificate(socket) : null;
  return details;
}

/** `tcp4:1.2.3.4:5555`, `tcp6:::1:5555`, `unix`, or `unknown`. */
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
  // What came by IPv4 to a socket that takes both is told as what it is.
  const plain = address.startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address;
  return `${plain.includes(':') ? 'tcp6' : 'tcp4'}:${plain}:${port}`;
}

/** `tls-unique` is the first Finished message, hashed (the client's, unless resumed); it ends with TLS 1.2. */
function channelIds(socket: TLSSocket, isServer: boolean): Partial<Record<ChannelBinding, Uint8Array>> {
  const ids: Partial<Record<ChannelBinding, Uint8Array>> = {};
  try {
    if (socket.getProtocol() !== 'TLSv1.3') {
      const finished = isServer ? socket.getPeerFinished() : socket.getFinished();
      if (finished !== undefined) ids['tls-unique'] = createHash('sha256').update(finished).digest();
    }
    ids['tls-exporter'] = socket.exportKeyingMaterial(ID_LENGTH, EXPORTER_LABEL, Buffer.alloc(0));
  } catch {
    // A peer that is gone already, or a TLS library without exporters: the ids are not known.
  }
  return ids;
}

/** The peer's certificate, taken apart; `null`: it has shown none. */
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
