// Delivers the events that arrive at one end of a connection in memory to its listener. Every call of the listener is a turn
// of its own; none happens inside a method of the transport.

import type { CloseInfo, MessageTransportListener, Receives } from '@ws/types';
import { CANARY } from '../memory-stream.ts';
import type { MessagePipe, WireEvent } from './message-pipe.ts';

/** The part of a transport that its inbox calls. */
export interface InboxOwner {
  onPing(payload: Uint8Array): void;
  onCloseFrame(code: number | null, reason: string | null): void;
  onEnd(error: Error | null): void;
  /** Called when the other end is gone while no listener is set. Its last event waits for a listener. */
  onLost(): void;
  /** Called when the listener threw, or a promise that it returned was rejected. */
  fail(error: unknown): void;
}

/** Settings of an inbox. */
export interface InboxSettings {
  /** Listeners that take pieces get longer messages in pieces of this many bytes. */
  readonly pieceSize: number;
  /** Schedules one turn. */
  readonly schedule: (turn: () => void) => void;
}

type Call = (listener: MessageTransportListener) => unknown;

/** Bytes before and after a lent text, so that code that uses the whole underlying buffer is found out. */
const MARGIN = 8;

/** Delivers the events of one end. */
export class MemoryInbox {
  readonly #owner: InboxOwner;
  readonly #incoming: MessagePipe;
  readonly #settings: InboxSettings;
  #listener: MessageTransportListener | null = null;
  #receives: Receives = { frames: 'none', lentText: false };
  /** The message that is being delivered in pieces, and the number of bytes delivered; `null`: none. */
  #cut: { readonly payload: Uint8Array; at: number } | null = null;
  #isPaused = false;
  #isDeaf = false;
  #closingIsDue = false;
  /** The argument of `onClose`, once it is due; `null`: the connection is not gone, or `onClose` was called. */
  #end: CloseInfo | null = null;
  #hasTurn = false;

  constructor(owner: InboxOwner, incoming: MessagePipe, settings: InboxSettings) {
    this.#owner = owner;
    this.#incoming = incoming;
    this.#settings = settings;
    incoming.onArrived = () => {
      if (this.#listener === null && incoming.hasEnd) owner.onLost();
      this.#askForTurn();
    };
  }

  setListener(listener: MessageTransportListener): void {
    if (this.#listener !== null) throw new TypeError('there is a listener already');
    this.#receives = { ...listener.receives };
    this.#listener = listener;
    this.#askForTurn();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#askForTurn();
  }

  /** From now on only the end is delivered to the listener. */
  deafen(): void {
    this.#isDeaf = true;
    this.#cut = null;
    this.#askForTurn();
  }

  /** Drops all events that have arrived. */
  stop(): void {
    this.deafen();
    this.#incoming.stop();
  }

  tellClosing(): void {
    this.#closingIsDue = true;
    this.#askForTurn();
  }

  /** Ends the delivery: events that have arrived are delivered, paused or not, then `onClose`. */
  tellClose(info: CloseInfo): void {
    this.#end = info;
    this.#askForTurn();
  }

  #askForTurn(): void {
    if (this.#hasTurn || !this.#hasWork()) return;
    this.#hasTurn = true;
    this.#settings.schedule(() => {
      this.#hasTurn = false;
      try {
        this.#turn();
      } finally {
        this.#askForTurn();
      }
    });
  }

  /** Whether there is an event for a turn to deliver. Without a listener all events wait. */
  #hasWork(): boolean {
    if (this.#listener === null) return false;
    return this.#closingIsDue || this.#end !== null || this.#hasNews();
  }

  #hasNews(): boolean {
    if (this.#isHeldBack) return this.#incoming.hasControl;
    return this.#cut !== null || this.#incoming.hasEvent;
  }

  /** Whether messages are held back by a pause. Pings and Close frames behind them are still handled. */
  get #isHeldBack(): boolean {
    return this.#isPaused && !this.#isDeaf && this.#end === null;
  }

  #turn(): void {
    const info = this.#end;
    if (this.#closingIsDue) {
      this.#closingIsDue = false;
      this.#call(listener => listener.onClosing());
    } else if (this.#hasNews()) {
      this.#takeNews();
    } else if (info !== null) {
      this.#end = null;
      this.#call(listener => listener.onClose(info));
    }
  }

  #takeNews(): void {
    if (this.#isHeldBack) this.#hear(this.#incoming.takeControl());
    else if (this.#cut === null) this.#hear(this.#incoming.take());
    else this.#goOn(this.#cut);
  }

  #hear(event: WireEvent | null): void {
    if (event?.kind === 'close') this.#owner.onCloseFrame(event.code, event.reason);
    else if (event?.kind === 'end') this.#owner.onEnd(event.error);
    else if (event === null || this.#isDeaf) return;
    else if (event.kind === 'message') this.#hearMessage(event.payload, event.isBinary);
    else if (event.kind === 'ping') this.#owner.onPing(event.payload);
    else this.#call(listener => listener.onPong(event.payload));
  }

  #hearMessage(payload: Uint8Array, isBinary: boolean): void {
    const { frames, lentText } = this.#receives;
    if (frames === 'all' || (frames === 'pieces' && payload.length > this.#settings.pieceSize)) {
      this.#cut = { payload, at: 0 };
      this.#call(listener => listener.onMessageBegin(isBinary));
    } else {
      this.#call(listener => {
        if (lentText && !isBinary && lend(listener, payload)) return undefined;
        return listener.onMessage(payload, isBinary);
      });
    }
  }

  #goOn(cut: { readonly payload: Uint8Array; at: number }): void {
    const start = cut.at;
    if (start < cut.payload.length) {
      cut.at += this.#settings.pieceSize;
      // A copy, so that a listener that keeps the piece does not keep the whole message.
      this.#call(listener => listener.onMessageData(cut.payload.slice(start, cut.at)));
    } else {
      this.#cut = null;
      this.#call(listener => listener.onMessageEnd());
    }
  }

  #call(call: Call): void {
    try {
      const result = call(this.#listener as MessageTransportListener);
      if (isPromise(result)) result.then(undefined, error => this.#owner.fail(error));
    } catch (error) {
      this.#owner.fail(error);
    }
  }
}

/** Lends a text to the listener, in memory that is overwritten as soon as the listener returns. */
function lend(listener: MessageTransportListener, payload: Uint8Array): boolean {
  const memory = new Uint8Array(payload.length + 2 * MARGIN).fill(CANARY);
  memory.set(payload, MARGIN);
  try {
    return listener.onLentText(memory, MARGIN, MARGIN + payload.length);
  } finally {
    memory.fill(CANARY);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
