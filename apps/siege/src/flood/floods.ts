// Floods: each is more than a server may be made to keep, by peers that mean no good.

import { once } from 'node:events';
import { constants, deflateRawSync } from 'node:zlib';
import type { Partially, ServerOptions } from '@ws/core';
import { connectRaw, type RawPeer } from '../hostile/raw-peer.ts';
import { frame, request } from '../hostile/wire.ts';
import type { BroadcastResult } from './server.ts';

/** Who is attacked. */
export interface Target {
  readonly port: number;
  /** Resolves when the witness was served once more: an attack asks for it in its middle. */
  witness(): Promise<void>;
  broadcast(count: number, size: number, dropIfBusy: boolean): Promise<BroadcastResult>;
  /** How connections have ended so far: the code of our Close frame, or the timeout. */
  endings(): Promise<string[]>;
  /** Connections at present, the witness's included. */
  count(): Promise<number>;
}

/** An attack. */
export interface Flood {
  readonly name: string;
  readonly options?: Partially<ServerOptions>;
  /** Options of the short version, beside those. */
  readonly shortOptions?: Partially<ServerOptions>;
  /** How many of whatever it sends, for the whole and in short. */
  readonly counts: readonly [full: number, short: number];
  /** What one offender may cost, in bytes. */
  readonly bound: number;
  readonly offenders: (count: number) => number;
  /** What must become of it. */
  readonly verdict: string;
  attack(target: Target, count: number): Promise<string>;
}

const one = (): number => 1;

const KIB = 1024;
const MIB = 1024 * KIB;

/** A message of one MiB may take as much again while it grows. */
const MESSAGE = 2 * MIB;

export const FLOODS: readonly Flood[] = [
  {
    name: 'fragments of one byte',
    counts: [1_000_000, 150_000],
    bound: MESSAGE,
    offenders: one,
    verdict: 'closed with 1008',
    attack: (target, count) => sendFragments(target, count, 'x'),
  },
  {
    name: 'fragments of one byte, as many as they like',
    options: { maxFragments: 0 },
    counts: [1_000_000, 150_000],
    bound: MESSAGE,
    offenders: one,
    verdict: 'echoed',
    attack: (target, count) => sendFragments(target, count, 'x'),
  },
  {
    name: 'empty fragments',
    counts: [1_000_000, 150_000],
    bound: MESSAGE,
    offenders: one,
    verdict: 'closed with 1008',
    attack: (target, count) => sendFragments(target, count, ''),
  },
  {
    name: 'pings of 125 bytes, and pongs that nobody reads',
    counts: [1_000_000, 150_000],
    bound: 256 * KIB,
    offenders: one,
    verdict: 'open',
    attack: pingWithoutReading,
  },
  {
    name: 'compression bombs of 1 GiB',
    counts: [20, 10],
    bound: MESSAGE,
    offenders: count => count,
    verdict: 'closed with 1009',
    attack: explode,
  },
  {
    name: 'half-open handshakes',
    options: { openHandshakeTimeout: 30_000 },
    shortOptions: { openHandshakeTimeout: 1000 },
    counts: [10_000, 500],
    bound: 8 * KIB,
    offenders: count => count,
    verdict: 'timeout openHandshake',
    attack: openByHalves,
  },
  {
    name: 'headers without an end',
    counts: [100, 20],
    bound: 256 * KIB,
    offenders: count => count,
    verdict: 'answered 431',
    attack: endlessHeaders,
  },
  {
    name: 'broadcasts of 64 KiB to who never reads, with maxBufferedAmount',
    options: { maxBufferedAmount: MIB },
    counts: [2000, 400],
    bound: MESSAGE,
    offenders: one,
    verdict: 'closed with 1008',
    attack: (target, count) => neverRead(target, count, false),
  },
  {
    name: 'broadcasts of 64 KiB to who never reads, with dropIfBusy',
    counts: [2000, 400],
    bound: MESSAGE,
    offenders: one,
    verdict: 'open; the rest was skipped, what was sent arrives',
    attack: (target, count) => neverRead(target, count, true),
  },
];

async function open({ port }: Target, more: readonly string[] = []): Promise<RawPeer> {
  const peer = await connectRaw(port);
  peer.write(request({ more }));
  await peer.until(() => peer.text.includes('\r\n\r\n'));
  return peer;
}

/** Writes the same bytes again and again, as fast as they are taken, and looks in the middle whether others are served. */
async function pour(target: Target, peer: RawPeer, bytes: Uint8Array, times: number): Promise<void> {
  for (let i = 0; i < times && !peer.hasEnded; i++) {
    if (i === times >> 1) await target.witness();
    if (!peer.socket.write(bytes)) await Promise.race([once(peer.socket, 'drain').catch(() => {}), peer.untilEnd()]);
  }
}

const BATCH = 1000;

async function sendFragments(target: Target, count: number, payload: string): Promise<string> {
  const peer = await open(target);
  peer.write(frame({ opcode: 1, fin: false, payload }));
  const fragment = frame({ opcode: 0, fin: false, payload });
  await pour(target, peer, Buffer.concat(Array.from({ length: BATCH }, () => fragment)), count / BATCH);
  peer.write(frame({ opcode: 0, payload }));
  await peer.until(() => peer.frames.length > 0);
  const [answer] = peer.frames;
  peer.socket.end();
  await peer.untilEnd();
  if (answer?.opcode === 8) return `closed with ${answer.payload.readUInt16BE(0)}`;
  return answer?.payload.length === (count + 2) * payload.length ? 'echoed' : 'lost';
}

async function pingWithoutReading(target: Target, count: number): Promise<string> {
  const peer = await open(target);
  peer.socket.pause();
  const ping = frame({ opcode: 9, payload: 'x'.repeat(125) });
  await pour(target, peer, Buffer.concat(Array.from({ length: BATCH }, () => ping)), count / BATCH);
  const isOpen = (await target.count()) === 2;
  peer.destroy();
  return isOpen ? 'open' : (await target.endings()).join();
}

async function explode(target: Target, count: number): Promise<string> {
  // A block that needs none before it, so that it may be repeated.
  const block = deflateRawSync(Buffer.alloc(MIB), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const payload = Buffer.concat([...Array.from({ length: 1024 }, () => block), Buffer.of(0)]);
  const bomb = frame({ opcode: 2, rsv: 4, payload });
  const peers = await Promise.all(
    Array.from({ length: count }, () => open(target, ['Sec-WebSocket-Extensions: permessage-deflate'])),
  );
  const verdicts = await Promise.all(
    peers.map(async (peer, i) => {
      if (i === count >> 1) await target.witness();
      peer.write(bomb);
      await peer.until(() => peer.frames.length > 0);
      const [answer] = peer.frames;
      peer.socket.end();
      await peer.untilEnd();
      return answer?.opcode === 8 ? `closed with ${answer.payload.readUInt16BE(0)}` : 'lost';
    }),
  );
  return [...new Set(verdicts)].join();
}

async function openByHalves(target: Target, count: number): Promise<string> {
  const half = request().subarray(0, 60);
  const peers: RawPeer[] = [];
  while (peers.length < count) {
    if (peers.length === count >> 1) await target.witness();
    const more = await Promise.all(Array.from({ length: 50 }, () => connectRaw(target.port)));
    for (const peer of more) peer.write(half);
    peers.push(...more);
  }
  await Promise.all(
    peers.map(async peer => {
      await peer.untilEnd();
      peer.destroy();
    }),
  );
  return distinct(target, count);
}

async function endlessHeaders(target: Target, count: number): Promise<string> {
  const peers = await Promise.all(Array.from({ length: count }, () => connectRaw(target.port)));
  const answers = await Promise.all(
    peers.map(async (peer, i) => {
      if (i === count >> 1) await target.witness();
      peer.write('GET / HTTP/1.1\r\nX-Long: ');
      const part = 'x'.repeat(1000);
      while (!peer.text.includes('\r\n\r\n') && !peer.hasEnded) {
        peer.write(part);
        await new Promise(setImmediate);
      }
      peer.destroy();
      return `answered ${/^HTTP\/1\.1 (\d{3})/.exec(peer.text)?.[1]}`;
    }),
  );
  return [...new Set(answers)].join();
}

async function neverRead(target: Target, count: number, dropIfBusy: boolean): Promise<string> {
  const peer = await open(target);
  peer.socket.pause();
  const first = await target.broadcast(count / 2, 64 * KIB, dropIfBusy);
  await target.witness();
  const { sent, skipped } = await target.broadcast(count / 2, 64 * KIB, dropIfBusy);
  if (!dropIfBusy) {
    const verdict = await distinct(target, 1);
    peer.destroy();
    return verdict;
  }
  // Every second one is for the witness, who misses none; of those for the offender most are skipped.
  const isWhole = first.sent + first.skipped === count && sent + skipped === count;
  if (!isWhole || skipped < count / 4) return `${sent} sent, ${skipped} skipped`;
  peer.socket.resume();
  await target.witness();
  const before = peer.received.length;
  await peer.until(() => peer.received.length >= 64 * KIB && peer.received.length >= before);
  const isOpen = (await target.count()) === 2;
  peer.destroy();
  return isOpen ? 'open; the rest was skipped, what was sent arrives' : (await target.endings()).join();
}

/** Waits until so many connections have ended. */
async function distinct(target: Target, count: number): Promise<string> {
  let endings = await target.endings();
  while (endings.length < count) {
    await new Promise(resolve => setTimeout(resolve, 20));
    endings = await target.endings();
  }
  return [...new Set(endings)].join();
}
