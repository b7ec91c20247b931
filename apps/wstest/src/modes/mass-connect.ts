import { setTimeout as delay } from 'node:timers/promises';
import { dial, webSocketUrl } from '../run/dial.ts';
import { openAsClient } from '../run/handshake.ts';
import { readResidentMemory } from '../run/peer-memory.ts';
import { PeerConnection } from '../wire/peer-connection.ts';

/** Settings of {@link massConnect}. */
export interface MassConnectOptions {
  readonly url: string;
  /** Default: 1000. */
  readonly connections?: number;
  /** Connections to begin per second. Default: 1000. */
  readonly rate?: number;
  /** Milliseconds to keep all of them open. Default: 1000. */
  readonly hold?: number;
  /** The server's process, to learn its memory. Default: unknown. */
  readonly peerPid?: number | null;
}

/** What opening many connections came to. */
export interface MassConnectResult {
  readonly opened: number;
  readonly failed: number;
  /** Milliseconds from the first to the last opening handshake. */
  readonly duration: number;
  /** Milliseconds of an opening handshake: half of them took less, and 99 of 100. */
  readonly median: number;
  readonly percentile99: number;
  /** Bytes that the peer grew by for each connection; null when its process is unknown. */
  readonly memoryPerConnection: number | null;
  /** Connections that the server ended while they were held. */
  readonly dropped: number;
}

/** Opens many connections, holds them for a while, and lets go of them. */
export async function massConnect(options: MassConnectOptions): Promise<MassConnectResult> {
  const { connections = 1000, rate = 1000, hold = 1000, peerPid = null } = options;
  if (!(rate > 0)) throw new RangeError(`connections cannot begin at a rate of ${rate}`);
  const url = webSocketUrl(options.url);
  const memory = (): number => (peerPid === null ? 0 : (readResidentMemory(peerPid) ?? 0));
  const before = memory();
  const began = performance.now();
  const attempts: Promise<Attempt | null>[] = [];
  for (let i = 0; i < connections; i++) {
    attempts.push(open(url).catch(() => null));
    const ahead = ((i + 1) * 1000) / rate - (performance.now() - began);
    if (ahead > 1) await delay(ahead);
  }
  const opened = (await Promise.all(attempts)).filter(attempt => attempt !== null);
  const duration = performance.now() - began;
  await delay(hold);
  const grown = memory() - before;
  const dropped = opened.filter(({ connection }) => connection.hasEnded).length;
  for (const { connection } of opened) connection.destroy();
  const times = opened.map(({ time }) => time).sort((a, b) => a - b);
  return {
    opened: opened.length,
    failed: connections - opened.length,
    duration: Math.round(duration),
    median: times[times.length >> 1] ?? 0,
    percentile99: times[Math.floor(times.length * 0.99)] ?? 0,
    memoryPerConnection: peerPid === null || opened.length === 0 ? null : Math.round(grown / opened.length),
    dropped,
  };
}

interface Attempt {
  readonly connection: PeerConnection;
  readonly time: number;
}

async function open(url: URL): Promise<Attempt> {
  const began = performance.now();
  const connection = new PeerConnection(await dial(url), false);
  const { problem } = await openAsClient(
    connection,
    { host: url.host, resource: url.pathname + url.search },
    undefined,
    30_000,
  );
  if (problem === null) return { connection, time: Math.round((performance.now() - began) * 10) / 10 };
  connection.destroy();
  throw new Error(problem);
}
