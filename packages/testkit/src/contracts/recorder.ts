import type { ByteStream, ByteStreamHandler } from '@ws/types';
import { ContractError } from '../assert.ts';
import { Waiting } from './waiting.ts';

/** A handler that records events, and lets a test wait for them. */
export class Recorder implements ByteStreamHandler {
  readonly stream: ByteStream;
  /** Names of the events in order: `data`, `drain`, `end`, `close`. */
  readonly events: string[] = [];
  readonly #chunks: Uint8Array[] = [];
  #received = 0;
  readonly #waiting: Waiting = new Waiting(() => this.isClosed);
  /** Called for each event after it was recorded. */
  onEvent: (event: string) => void = () => {};

  constructor(stream: ByteStream) {
    this.stream = stream;
    stream.attach(this);
  }

  onData(bytes: Uint8Array): void {
    this.#chunks.push(new Uint8Array(bytes));
    this.#received += bytes.length;
    if (bytes.length === 0) this.#break('onData was called without bytes');
    // Lent bytes may be changed in place, and the stream must not rely on their content afterwards.
    bytes.fill(0xa5);
    this.#tell('data');
  }

  onDrain(): void {
    const amount = this.stream.bufferedAmount;
    if (amount !== 0) this.#break(`onDrain was called with a bufferedAmount of ${amount}`);
    this.#tell('drain');
  }

  onEnd(): void {
    if (this.count('end') > 0) this.#break('onEnd was called twice');
    this.#tell('end');
  }

  onClose(error?: Error): void {
    if (error !== undefined && !(error instanceof Error)) this.#break('onClose was given something that is no Error');
    this.#tell(error === undefined ? 'close' : 'error');
  }

  /** Number of bytes received. */
  get received(): number {
    return this.#received;
  }

  get isClosed(): boolean {
    return this.events.includes('close') || this.events.includes('error');
  }

  /** Whether the peer's end was reported, by `onEnd` or `onClose`. */
  get isOver(): boolean {
    return this.isClosed || this.events.includes('end');
  }

  /** All bytes received, joined. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#received);
    let offset = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  count(event: string): number {
    return this.events.filter(other => other === event).length;
  }

  /**
   * Resolves when `isMet` returns true; it is called after each event. Rejects when a rule is broken, or the stream closes
   * first.
   */
  until(what: string, isMet: () => boolean): Promise<void> {
    return this.#waiting.until(what, isMet);
  }

  /** Resolves when at least that many bytes have arrived in all. */
  untilReceived(length: number): Promise<void> {
    return this.until(`${length} bytes`, () => this.#received >= length);
  }

  untilClosed(): Promise<void> {
    return this.until('the close', () => this.isClosed);
  }

  #tell(event: string): void {
    if (this.isClosed) this.#break(`${event} was told after onClose`);
    this.events.push(event);
    this.onEvent(event);
    this.#waiting.look();
  }

  #break(rule: string): void {
    this.#waiting.break(new ContractError(rule));
  }

  /** @throws the error of the first broken rule, if there is one */
  checkRules(): void {
    this.#waiting.checkRules();
  }
}
