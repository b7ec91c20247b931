import {
  CloseCode,
  type ConnectionState,
  type MessageTransport,
  type MessageTransportListener,
  type PreparedPayload,
  type TransportPreparedOptions,
} from '@ws/types';
import { checkBytes } from '@ws/types/checks';
import { WsError } from '@ws/util';
import { concatBytes, encodeText } from '@ws/util/primitives';
import { type CloseWords, checkClose, failureWords, MemoryClosing } from './memory-closing.ts';
import { type InboxOwner, type InboxSettings, MemoryInbox } from './memory-inbox.ts';
import type { MessagePipe } from './message-pipe.ts';

/** Arguments of a {@link MemoryTransport}. */
export interface MemoryTransportSetup extends InboxSettings {
  readonly incoming: MessagePipe;
  readonly outgoing: MessagePipe;
  readonly subprotocol: string | null;
  readonly extensions: string;
}

class MemoryTransportError extends WsError<'ERR_NOT_OPEN' | 'ERR_SEND_STATE'> {
  override readonly name = 'MemoryTransportError';
}

type DrainWaiter = (error: unknown) => void;

/** A {@link MessageTransport} whose other end is in the same memory. It has no frames and no timeouts. */
export class MemoryTransport implements MessageTransport {
  readonly subprotocol: string | null;
  readonly extensions: string;
  readonly canPause = true;
  readonly canPing = true;
  readonly closeCodes = 'wire';
  readonly latency = null;
  readonly #outgoing: MessagePipe;
  readonly #inbox: MemoryInbox;
  readonly #closing: MemoryClosing = new MemoryClosing();
  readonly #schedule: (turn: () => void) => void;
  #waiters: DrainWaiter[] = [];
  /** Whether the other end is gone while no listener is set. A later listener is told. */
  #isLost = false;
  #hasFailed = false;
  /** The message that is being sent in pieces; `null`: none. */
  #draft: { readonly isBinary: boolean; readonly pieces: Uint8Array[] } | null = null;

  constructor(setup: MemoryTransportSetup) {
    this.subprotocol = setup.subprotocol;
    this.extensions = setup.extensions;
    this.#outgoing = setup.outgoing;
    this.#schedule = setup.schedule;
    this.#inbox = new MemoryInbox(this.#inboxOwner(), setup.incoming, setup);
    this.#outgoing.onTaken = () => this.#tellWaiters(undefined);
  }

  get state(): ConnectionState {
    return this.#isLost ? 'closed' : this.#closing.state;
  }

  get bufferedAmount(): number {
    return this.state === 'closed' ? 0 : this.#outgoing.waitingBytes;
  }

  get closingReason(): CloseWords {
    return this.#closing.beginning;
  }

  setListener(listener: MessageTransportListener): void {
    this.#inbox.setListener(listener);
  }

  send(payload: Uint8Array | string, isBinary: boolean): void {
    const bytes = bytesOf(payload, isBinary);
    this.#checkOpen();
    this.#checkDraft(false);
    this.#outgoing.push({ kind: 'message', payload: bytes, isBinary });
  }

  sendNow(payload: Uint8Array | string, isBinary: boolean): boolean {
    this.send(payload, isBinary);
    return this.#outgoing.waitingBytes === 0;
  }

  beginMessage(isBinary: boolean): void {
    this.#checkOpen();
    this.#checkDraft(false);
    this.#draft = { isBinary, pieces: [] };
  }

  sendPiece(piece: Uint8Array): void {
    checkBytes('piece', piece);
    this.#checkOpen();
    this.#checkDraft(true);
    this.#draft?.pieces.push(new Uint8Array(piece));
  }

  endMessage(): void {
    this.#checkOpen();
    this.#checkDraft(true);
    const { isBinary = false, pieces = [] } = this.#draft ?? {};
    this.#draft = null;
    this.send(concatBytes(pieces), isBinary);
  }

  prepare(payload: Uint8Array | string, isBinary: boolean): PreparedPayload {
    return { payload: bytesOf(payload, isBinary), isBinary };
  }

  sendPrepared(prepared: PreparedPayload, { dropIfBusy = false }: TransportPreparedOptions = {}): boolean {
    this.#checkOpen();
    if (dropIfBusy && (this.#outgoing.waitingBytes > 0 || this.#draft !== null)) return false;
    this.#checkDraft(false);
    this.send(prepared.payload, prepared.isBinary);
    return true;
  }

  whenDrained(onDrained: DrainWaiter): void {
    this.#waiters.push(onDrained);
    if (this.state === 'closed') this.#tellWaiters(this.#notOpen());
    else if (this.#outgoing.waitingBytes === 0) this.#tellWaiters(undefined);
  }

  pause(): void {
    this.#inbox.pause();
  }

  resume(): void {
    this.#inbox.resume();
  }

  ping(payload: Uint8Array): void {
    this.#sendControl('ping', payload);
  }

  pong(payload: Uint8Array): void {
    this.#sendControl('pong', payload);
  }

  close(code: number | null, reason: string | null): void {
    checkClose({ code, reason });
    if (this.state === 'open') this.#sendClose({ code, reason: reason === '' ? null : reason });
  }

  fail(error: unknown): void {
    if (this.#closing.state === 'closed' || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#closing.failBy(error);
    this.#closing.beginBy('local');
    this.#inbox.deafen();
    if (this.#closing.state === 'open') this.#sendClose(failureWords(error));
    else this.drop();
  }

  drop(): void {
    this.#inbox.stop();
    if (this.#closing.state === 'closed') return;
    this.#closing.beginBy('local');
    this.#outgoing.end(null);
    this.#finish();
  }

  /** Handles events from the other end that are not messages. */
  #inboxOwner(): InboxOwner {
    return {
      onPing: payload => {
        if (this.state === 'open') this.#outgoing.push({ kind: 'pong', payload });
      },
      onCloseFrame: (code, reason) => {
        if (this.#closing.state === 'closed') return;
        this.#closing.receive({ code, reason });
        if (this.#closing.state === 'open') this.#sendClose({ code: CloseCode.NORMAL, reason: null });
        this.#finish();
      },
      onLost: () => {
        this.#isLost = true;
        this.#tellWaiters(this.#notOpen());
      },
      onEnd: error => {
        if (this.#closing.state === 'closed') return;
        this.#closing.beginBy('transport');
        if (error !== null) this.#closing.failBy(error);
        this.#finish();
      },
      fail: error => this.fail(error),
    };
  }

  #sendControl(kind: 'ping' | 'pong', payload: Uint8Array): void {
    checkBytes('payload', payload);
    if (payload.length > 125) throw new RangeError(`a ${kind} carries at most 125 bytes, not ${payload.length}`);
    if (this.state === 'open') this.#outgoing.push({ kind, payload });
  }

  #sendClose(words: CloseWords): void {
    this.#closing.send(words);
    this.#draft = null;
    this.#outgoing.push({ kind: 'close', ...words });
    this.#inbox.tellClosing();
  }

  #finish(): void {
    if (this.#closing.state === 'open') this.#inbox.tellClosing();
    this.#draft = null;
    const info = this.#closing.end();
    this.#tellWaiters(this.#notOpen());
    this.#inbox.tellClose(info);
  }

  #tellWaiters(error: Error | undefined): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const tell of waiters) this.#schedule(() => tell(error));
  }

  #checkOpen(): void {
    if (this.state !== 'open') throw this.#notOpen();
  }

  #checkDraft(isBegun: boolean): void {
    if ((this.#draft !== null) === isBegun) return;
    throw new MemoryTransportError('ERR_SEND_STATE', isBegun ? 'no message was begun' : 'a message was begun');
  }

  #notOpen(): Error {
    return new MemoryTransportError('ERR_NOT_OPEN', `the connection is not open but ${this.state}`);
  }
}

function bytesOf(payload: Uint8Array | string, isBinary: boolean): Uint8Array {
  if (typeof payload !== 'string') checkBytes('payload', payload);
  else if (isBinary) throw new TypeError('a string is sent as text: encode it to send it as binary');
  return typeof payload === 'string' ? encodeText(payload) : payload;
}
