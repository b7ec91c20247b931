// One direction of a pair of transports in memory: up to `capacity` bytes on their way, and behind them what waits at the
// sender. What is on its way is a copy; the memory of what waits is still the sender's, and must not be changed.

import { equalBytes } from '@ws/util/primitives';

/** What one end tells the other. */
export type WireEvent =
  | { readonly kind: 'message'; readonly payload: Uint8Array; readonly isBinary: boolean }
  | { readonly kind: 'ping' | 'pong'; readonly payload: Uint8Array }
  | { readonly kind: 'close'; readonly code: number | null; readonly reason: string | null }
  /** Nothing comes any more. `error`: the connection was lost; `null`: the other end dropped it. */
  | { readonly kind: 'end'; readonly error: Error | null };

interface Queued {
  readonly event: WireEvent;
  /** What the event was when it was sent. */
  readonly copy: WireEvent;
  /** About as many bytes as its frame would have. */
  readonly size: number;
}

/** The events that go one way. */
export class MessagePipe {
  readonly #capacity: number;
  readonly #onTheWay: Queued[] = [];
  readonly #waiting: Queued[] = [];
  #length = 0;
  #waitingBytes = 0;
  #isEnded = false;
  #isStopped = false;
  /** Told that something arrived. */
  onArrived: () => void = () => {};
  /** Told that nothing waits any more. */
  onTaken: () => void = () => {};

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes that wait at the sender. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether `take` gives something. */
  get hasEvent(): boolean {
    return this.#onTheWay.length > 0;
  }

  /** Whether the last event is on its way, or was taken. */
  get hasEnd(): boolean {
    return this.#isEnded;
  }

  /** Whether `takeControl` gives something. */
  get hasControl(): boolean {
    return this.#onTheWay.some(isControl);
  }

  /** Sends an event: on its way if there is room, a long one also alone. */
  push(event: WireEvent): void {
    if (this.#isEnded) return;
    const queued = { event, copy: copyOf(event), size: sizeOf(event) };
    if (this.#waiting.length === 0 && this.#hasRoom(queued.size)) {
      this.#send(queued);
      return;
    }
    this.#waiting.push(queued);
    this.#waitingBytes += queued.size;
  }

  /** The next event. @throws Error when the memory of a message that waited was changed meanwhile */
  take(): WireEvent | null {
    return this.#remove(0);
  }

  /** The next event that is no message, past those that are. @throws as `take` does */
  takeControl(): WireEvent | null {
    return this.#remove(this.#onTheWay.findIndex(isControl));
  }

  /** The last event: what waits is lost. */
  end(error: Error | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    if (!this.#isStopped) this.#send({ event: { kind: 'end', error }, copy: { kind: 'end', error }, size: 0 });
  }

  /** Nobody takes anything any more: what is sent from now on waits for ever. */
  stop(): void {
    this.#isStopped = true;
    this.#onTheWay.length = 0;
  }

  #remove(index: number): WireEvent | null {
    const [taken] = index < 0 ? [] : this.#onTheWay.splice(index, 1);
    if (taken === undefined) return null;
    this.#length -= taken.size;
    this.#refill();
    return taken.copy;
  }

  #refill(): void {
    if (this.#waiting.length === 0) return;
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.size); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#waitingBytes -= next.size;
      checkUnchanged(next);
      this.#send(next);
    }
    if (this.#waiting.length === 0) this.onTaken();
  }

  #hasRoom(size: number): boolean {
    return !this.#isStopped && (this.#onTheWay.length === 0 || this.#length + size <= this.#capacity);
  }

  #send(queued: Queued): void {
    this.#onTheWay.push(queued);
    this.#length += queued.size;
    this.onArrived();
  }
}

function isControl({ event }: Queued): boolean {
  return event.kind !== 'message';
}

/** The payload of a copy is the receiver's to keep. */
function copyOf(event: WireEvent): WireEvent {
  return 'payload' in event ? { ...event, payload: new Uint8Array(event.payload) } : event;
}

function sizeOf(event: WireEvent): number {
  if (!('payload' in event)) return 2;
  const { length } = event.payload;
  return length + (length < 126 ? 2 : length < 65_536 ? 4 : 10);
}

function checkUnchanged({ event, copy }: Queued): void {
  if (!('payload' in event) || !('payload' in copy) || equalBytes(event.payload, copy.payload)) return;
  throw new Error('the payload of a message was changed before it was drained (whenDrained tells when)');
}
