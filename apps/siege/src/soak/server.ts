// The server of a soak: echoes, and keeps a digest of what each connection sent.

import { acceptDeflate } from '@ws/compress/deflate';
import { listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import { answerParent } from '../process/calls.ts';
import { ASK, Ledger } from './traffic.ts';
import { PATIENCE } from './visitor.ts';

/** What a side of the soak knows of itself. */
export interface SideFigures {
  /** In bytes, after a garbage collection. */
  readonly resident: number;
  readonly heap: number;
  readonly connections: number;
  /** How many have ended, by code. */
  readonly closes: Readonly<Record<string, number>>;
}

const closes: Record<string, number> = {};

class Server extends WebSocketServerProtocol {
  readonly #ledger = new Ledger();

  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    if (payload.length === ASK.length) {
      this.sendMessage(`${ASK}${this.#ledger}`);
      return;
    }
    this.#ledger.add(payload, isBinary);
    this.sendMessage(payload, isBinary);
  }

  override onClose(_wasClean: boolean, code: number | null): void {
    closes[`${code}`] = (closes[`${code}`] ?? 0) + 1;
  }
}

const factory = new WebSocketServerFactory();
factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate(), autoPingInterval: 20_000, ...PATIENCE });
factory.protocol = Server;
const listening = await listenWS(factory, { host: '127.0.0.1', port: 0, backlog: 1024 });

/** This process in figures. */
function measure(): SideFigures {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external, connections: factory.connectionCount, closes: { ...closes } };
}

answerParent({ port: () => listening.port, measure, stop: () => listening.close({ grace: 2000 }) });
