// The flooders, all in one process: each sends the same bytes as fast as they are taken, and comes again when it is thrown out.

import { connect, type Socket } from 'node:net';
import { request } from '../hostile/wire.ts';
import { answerParent } from '../process/calls.ts';
import { FrameCounter } from './frame-counter.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows.ts';

/** Whom to flood, and with what. */
export interface FloodOrder {
  readonly row: string;
  readonly limit: number;
  readonly flooders: number;
  readonly port: number;
}

/** What the flooders have done. */
export interface FloodTally {
  /** Bytes that the server's kernel has taken, at least. */
  readonly bytes: number;
  /** Data frames that came back, those for the prelude too. */
  readonly answers: number;
  /** How often a flooder was thrown out, by the code of the Close frame; 0: without one. */
  readonly ends: Readonly<Record<number, number>>;
}

/** What comes is looked at and forgotten: all connections read into these bytes. */
const SCRATCH = Buffer.alloc(64 * 1024);

let flooders: Flooder[] = [];
let isFlooding = false;
let bytes = 0;
let answers = 0;
let ends: Record<number, number> = {};

class Flooder {
  readonly #row: Row;
  readonly #port: number;
  readonly #flood: Buffer;
  #counter = new FrameCounter();
  #socket: Socket | null = null;
  #onReady = (): void => {};

  constructor(row: Row, port: number, flood: Buffer) {
    this.#row = row;
    this.#port = port;
    this.#flood = flood;
  }

  /** Connects, sends what comes before the flood, and waits for its answers. */
  open(): Promise<void> {
    const counter = new FrameCounter();
    const callback = (length: number): boolean => this.#onData(length);
    const socket = connect({
      port: this.#port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: SCRATCH, callback },
    });
    this.#counter = counter;
    this.#socket = socket;
    socket.on('error', error => this.#onError(error as NodeJS.ErrnoException));
    socket.on('close', () => this.#onClose());
    socket.on('drain', () => {
      bytes += this.#flood.length;
      this.#pour();
    });
    socket.write(requestOf(this.#row));
    if (this.#row.prelude !== undefined) socket.write(Buffer.concat(this.#row.prelude));
    return new Promise(resolve => {
      this.#onReady = resolve;
    });
  }

  start(): void {
    if (this.#row.isUnread) this.#socket?.pause();
    this.#pour();
  }

  stop(): void {
    this.#socket?.destroy();
  }

  #onData(length: number): boolean {
    const { frames } = this.#counter;
    this.#counter.push(SCRATCH.subarray(0, length));
    answers += this.#counter.frames - frames;
    if (!this.#counter.isOpen || this.#counter.frames < (this.#row.prelude?.length ?? 0)) return true;
    this.#ready();
    return true;
  }

  #ready(): void {
    const onReady = this.#onReady;
    this.#onReady = () => {};
    onReady();
  }

  #pour(): void {
    const socket = this.#socket!;
    if (!isFlooding || socket.writableLength > 0) return;
    for (let i = 0; i < 4; i++) {
      if (!socket.write(this.#flood)) return;
      bytes += this.#flood.length;
    }
    setImmediate(() => this.#pour());
  }

  /** A server that is gone is not called again. */
  #onError({ code }: NodeJS.ErrnoException): void {
    if (code === 'ECONNREFUSED') isFlooding = false;
  }

  #onClose(): void {
    this.#ready();
    if (!isFlooding) return;
    ends[this.#counter.closeCode] = (ends[this.#counter.closeCode] ?? 0) + 1;
    void this.open().then(() => {
      if (isFlooding) this.start();
    });
  }
}

function requestOf({ isAnswered, extension, subprotocol }: Row): Buffer {
  const start = `GET ${isAnswered ? '/echo' : '/sink'} HTTP/1.1`;
  const more: string[] = [];
  if (extension !== undefined) more.push(`Sec-WebSocket-Extensions: permessage-${extension}`);
  if (subprotocol !== undefined) more.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  return request({ start, more });
}

const made = new Map<string, Buffer>();

/** The bytes of a flood, made once for all servers that meet it. */
function floodOf(row: Row, limit: number, flooder: number): Buffer {
  const key = `${row.name} ${limit} ${row.isDistinct ? flooder : 0}`;
  if (!made.has(key) && flooder === 0) made.clear();
  const known = made.get(key) ?? row.flood(limit, flooder);
  made.set(key, known);
  return known;
}

answerParent({
  async open({ row: name, limit, flooders: count, port }: FloodOrder) {
    const row = ROWS.find(row => row.name === name)!;
    bytes = 0;
    answers = 0;
    ends = {};
    flooders = Array.from({ length: count }, (_, i) => new Flooder(row, port, floodOf(row, limit, i)));
    await Promise.all(flooders.map(flooder => flooder.open()));
  },
  start() {
    isFlooding = true;
    for (const flooder of flooders) flooder.start();
  },
  stop(): FloodTally {
    isFlooding = false;
    for (const flooder of flooders) flooder.stop();
    flooders = [];
    return { bytes, answers, ends };
  },
});
