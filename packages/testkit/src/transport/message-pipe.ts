// One direction of a pair of transports in memory: up to `capacity` bytes on their way, and behind them the events that wait
// at the sender. Events on their way are copies. The memory of a waiting message still belongs to the sender, who must not
// change it.

import { equalBytes } from '@ws/util/primitives';

/** An event that one end sends to the other. */
export type WireEvent =
  | { readonly kind: 'message'; readonly payload: Uint8Array; readonly isBinary: boolean }
  | { readonly kind: 'ping' | 'pong'; readonly payload: Uint8Array }
  | { readonly kind: 'close'; readonly code: number | null; readonly reason: string | null }
  /** The last event. `error`: the connection was lost; `null`: the other end dropped it. */
  | { readonly kind: 'end'; readonly error: Error | null };

interface Queued {
  readonly event: WireEvent;
  /** A copy of the event as it was sent. */
  readonly copy: WireEvent;
  /** Size of the event in bytes, about that of its frame. */
  readonly size: number;
}

/** The events of one direction. */
export class MessagePipe {
  readonly #capacity: number;
  readonly #onTheWay: Queued[] = [];
  readonly #waiting: Queued[] = [];
  #length = 0;
  #waitingBytes = 0;
  #isEnded = false;
  #isStopped = false;
  /** Called when an event is on its way. */
  onArrived: () => void = () => {};
  /** Called when no event waits at the sender any more. */
  onTaken: () => void = () => {};

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Number of bytes that wait at the sender. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether `take` would return an event. */
  get hasEvent(): boolean {
    return this.#onTheWay.length > 0;
  }

  /** Whether the last event is on its way or was taken. */
  get hasEnd(): boolean {
    return this.#isEnded;
  }

  /** Whether `takeControl` would return an event. */
  get hasControl(): boolean {
    return this.#onTheWay.some(isControl);
  }

  /** Sends an event. It is put on its way if there is room, or if nothing else is on its way; otherwise it waits. */
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

  /** Takes the next event. @throws Error when the payload of a waiting message was changed meanwhile */
  take(): WireEvent | null {
    return this.#remove(0);
  }

  /** Takes the next event that is not a message, skipping messages. @throws Error as `take` does */
  takeControl(): WireEvent | null {
    return this.#remove(this.#onTheWay.findIndex(isControl));
  }

  /** Sends the last event. Waiting events are lost. */
  end(error: Error | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    if (!this.#isStopped) this.#send({ event: { kind: 'end', error }, copy: { kind: 'end', error }, size: 0 });
  }

  /** Stops the direction: events on their way are dropped, later events wait for ever. */
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

/** Copies an event. The payload of the copy belongs to the receiver. */
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
