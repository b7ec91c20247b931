// The witness: an honest neighbour of the flooders, in a process of its own. Every 5 ms it sends one byte, or a call to a
// router, whether or not those before were answered, and takes the time until each answer: a server that stands still is
// seen for as long as it stands.

import { connect, type Socket } from 'node:net';
import { frame, request } from '../hostile/wire.ts';
import { answerParent } from '../process/calls.ts';
import { FrameCounter } from './frame-counter.ts';
import { type Times, timesOf } from './times.ts';

/** Milliseconds between two questions. */
const PAUSE = 5;

const HELLO = frame({ opcode: 1, payload: '[1,"realm1",{"roles":{"caller":{}}}]' });
const BYTE = frame({ opcode: 2, payload: 'x' });

class Neighbour {
  readonly #isCaller: boolean;
  readonly #socket: Socket;
  readonly #counter = new FrameCounter();
  /** When each question that is not answered yet was sent. */
  readonly #asked: number[] = [];
  #latencies: number[] = [];
  #calls = 0;
  #timer: NodeJS.Timeout | null = null;
  #onAnswer = (): void => {};
  #hasEnded = false;

  constructor(port: number, isCaller: boolean) {
    this.#isCaller = isCaller;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', bytes => this.#onData(bytes));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.#hasEnded = true;
      this.#onAnswer();
    });
  }

  async open(): Promise<void> {
    this.#socket.write(request(this.#isCaller ? { more: ['Sec-WebSocket-Protocol: wamp.2.json'] } : {}));
    this.#asked.push(performance.now());
    this.#socket.write(this.#isCaller ? HELLO : BYTE);
    await this.#allAnswered();
  }

  begin(): void {
    this.#latencies = [];
    let due = performance.now();
    const tick = (): void => {
      this.#ask();
      // After a pause of its own it goes on from now: it does not send many at once.
      due = Math.max(due + PAUSE, performance.now());
      this.#timer = setTimeout(tick, due - performance.now());
    };
    tick();
  }

  /** Asks no more. @param patience milliseconds that answers may still take */
  async end(patience: number): Promise<Times> {
    clearTimeout(this.#timer!);
    const timer = setTimeout(() => this.#socket.destroy(), patience);
    await this.#allAnswered();
    clearTimeout(timer);
    const now = performance.now();
    const missing = this.#asked.map(asked => now - asked);
    return timesOf([...this.#latencies, ...missing], missing.length);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #allAnswered(): Promise<void> {
    while (this.#asked.length > 0 && !this.#hasEnded) {
      await new Promise<void>(resolve => {
        this.#onAnswer = resolve;
      });
    }
  }

  #ask(): void {
    if (this.#hasEnded) return;
    this.#asked.push(performance.now());
    this.#socket.write(
      this.#isCaller ? frame({ opcode: 1, payload: `[48,${++this.#calls},{},"wamp.session.count"]` }) : BYTE,
    );
  }

  #onData(bytes: Buffer): void {
    const before = this.#counter.frames;
    this.#counter.push(bytes);
    const now = performance.now();
    for (let i = before; i < this.#counter.frames; i++) this.#latencies.push(now - this.#asked.shift()!);
    this.#onAnswer();
  }
}

let neighbour: Neighbour | null = null;

answerParent({
  async open({ port, isCaller }: { readonly port: number; readonly isCaller: boolean }) {
    neighbour = new Neighbour(port, isCaller);
    await neighbour.open();
  },
  begin: () => neighbour!.begin(),
  end: (patience: number) => neighbour!.end(patience),
  close: () => neighbour!.close(),
});
