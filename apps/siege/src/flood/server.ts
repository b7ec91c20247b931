// The processes of a flood: `server` is attacked, `witness` is an honest client of it. Both are asked by their parent.

import { acceptDeflate } from '@ws/compress/deflate';
import type { Partially, ServerOptions } from '@ws/core';
import {
  createClientAgent,
  listenWS,
  WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';
import { answerParent } from '../process/calls.ts';

/** How a connection of the server ended. */
export interface Ending {
  /** The code of our Close frame. */
  readonly localCode: number | null;
  readonly timeout: string | null;
  readonly stage: string;
}

/** What the server is told to send to all. */
export interface Broadcast {
  readonly count: number;
  readonly size: number;
  readonly dropIfBusy: boolean;
}

/** What became of it. */
export interface BroadcastResult {
  readonly sent: number;
  readonly skipped: number;
}

/** What a witness has seen. Times in milliseconds. */
export interface Testimony {
  readonly answers: number;
  readonly median: number;
  readonly worst: number;
}

function serve(): void {
  const factories = new Map<number, WebSocketServerFactory>();
  const endings = new Map<number, Ending[]>();

  class Echo extends WebSocketServerProtocol {
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      this.sendMessage(payload, isBinary);
    }
  }

  async function listen(options: Partially<ServerOptions>): Promise<number> {
    const factory = new WebSocketServerFactory();
    factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate(), ...options });
    const list: Ending[] = [];
    factory.protocol = class extends Echo {
      constructor() {
        super();
        void this.closed.then(({ localCode, timeout, stage }) => list.push({ localCode, timeout, stage }));
      }
    };
    const { port } = await listenWS(factory, { host: '127.0.0.1', port: 0, backlog: 4096 });
    factories.set(port!, factory);
    endings.set(port!, list);
    return port!;
  }

  async function broadcast({ port, count, size, dropIfBusy }: Broadcast & { port: number }): Promise<BroadcastResult> {
    const factory = factories.get(port)!;
    let sent = 0;
    let skipped = 0;
    for (let i = 0; i < count; i++) {
      const prepared = factory.prepareMessage(new Uint8Array(size).fill(i), true);
      for (const connection of factory.connections) {
        if (connection.state !== 'open') continue;
        if (connection.sendPreparedMessage(prepared, { dropIfBusy })) sent++;
        else skipped++;
      }
      // As fast as the witness takes it, who came first.
      const [witness] = factory.connections;
      await witness?.drained();
      await new Promise(setImmediate);
    }
    return { sent, skipped };
  }

  answerParent({
    listen,
    broadcast,
    endings: (port: number) => endings.get(port)!,
    count: (port: number) => factories.get(port)!.connectionCount,
    collect: () => {
      globalThis.gc?.();
    },
  });
}

function watch(): void {
  const latencies: number[] = [];
  let connection: Witness | null = null;
  let onEcho = (): void => {};
  let isWatching = false;
  let watching: Promise<void> = Promise.resolve();

  class Witness extends WebSocketClientProtocol {
    override onMessage(): void {
      onEcho();
    }
  }

  async function ask(): Promise<void> {
    const began = performance.now();
    const answered = new Promise<void>(resolve => {
      onEcho = resolve;
    });
    connection!.sendMessage('still there?');
    await answered;
    latencies.push(performance.now() - began);
  }

  async function goOn(): Promise<void> {
    while (isWatching) {
      await ask();
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  }

  answerParent({
    async begin(port: number) {
      connection = await createClientAgent().open(`ws://127.0.0.1:${port}/`, {}, Witness);
      await ask();
      latencies.length = 0;
      isWatching = true;
      watching = goOn();
    },
    /** Resolves when one more question, asked from now on, was answered. */
    async next() {
      const wanted = latencies.length + 2;
      while (latencies.length < wanted) await new Promise(resolve => setTimeout(resolve, 1));
    },
    async end(): Promise<Testimony> {
      isWatching = false;
      await watching;
      connection!.dropConnection();
      const sorted = latencies.slice().sort((a, b) => a - b);
      return { answers: sorted.length, median: sorted[sorted.length >> 1] ?? 0, worst: sorted.at(-1) ?? 0 };
    },
  });
}

if (process.argv[2] === 'server') serve();
else watch();
