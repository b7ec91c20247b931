import type { CloseInfo, MessageTransport, MessageTransportListener, Receives } from '@ws/types';
import { ContractError, equalValues, show } from '../assert.ts';
import { join } from './stream-rule.ts';
import { Waiting } from './waiting.ts';

/** A received message. */
export interface Received {
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
}

/** Events of a recorder: the names of its methods without `on`. */
export type TransportEvent =
  | 'Message'
  | 'LentText'
  | 'MessageBegin'
  | 'MessageData'
  | 'MessageEnd'
  | 'Pong'
  | 'Closing'
  | 'Close';

/** A listener that records events, checks that the transport keeps the rules of the port, and lets a test wait. */
export class TransportRecorder implements MessageTransportListener {
  readonly transport: MessageTransport;
  readonly receives: Receives;
  /** Names of the events in order. */
  readonly events: TransportEvent[] = [];
  /** Copies of the messages, in whichever way they were delivered. */
  readonly messages: Received[] = [];
  readonly pongs: Uint8Array[] = [];
  info: CloseInfo | null = null;
  /** Whether the recorder takes lent texts. */
  takesLentText = true;
  /** Whether the recorder overwrites payloads instead of keeping them. */
  overwrites = false;
  /** Called for each event after it was recorded. Its return value, or the error it throws, is passed on to the transport. */
  onEvent: (event: TransportEvent) => unknown = () => {};
  readonly #kept: { readonly payload: Uint8Array; readonly copy: Uint8Array }[] = [];
  readonly #waiting: Waiting;
  /** The message that is being delivered in pieces; `null`: none. */
  #begun: { readonly isBinary: boolean; readonly pieces: Uint8Array[] } | null = null;
  #isClosed = false;
  /** A lent text that was not taken, which the next call must deliver; `null`: none. */
  #untaken: Uint8Array | null = null;

  constructor(transport: MessageTransport, receives: Receives) {
    this.transport = transport;
    this.receives = receives;
    this.#waiting = new Waiting(() => this.isClosed);
    transport.setListener(this);
  }

  onMessage(payload: Uint8Array, isBinary: boolean): unknown {
    if (this.receives.frames === 'all') this.#break('onMessage was called though all messages are wanted in pieces');
    const copy = this.#keep(payload);
    if (this.#untaken !== null && (isBinary || !equalValues(this.#untaken, copy))) {
      this.#break('onMessage was called with another message than the text that was not taken');
    }
    this.#untaken = null;
    this.#receive(copy, isBinary);
    return this.#tell('Message');
  }

  onLentText(source: Uint8Array, start: number, end: number): boolean {
    if (!this.receives.lentText) this.#break('onLentText was called though it is not wanted');
    const text = source.slice(start, end);
    if (this.takesLentText) this.#receive(text, false);
    this.#tell('LentText');
    if (!this.takesLentText) this.#untaken = text;
    return this.takesLentText;
  }

  onMessageBegin(isBinary: boolean): unknown {
    if (this.receives.frames === 'none') this.#break('onMessageBegin was called though pieces are not wanted');
    if (this.#begun !== null) this.#break('onMessageBegin was called inside a message');
    this.#begun = { isBinary, pieces: [] };
    return this.#tell('MessageBegin');
  }

  onMessageData(chunk: Uint8Array): unknown {
    if (this.#begun === null) this.#break('onMessageData was called outside of a message');
    this.#begun?.pieces.push(this.#keep(chunk));
    return this.#tell('MessageData');
  }

  onMessageEnd(): unknown {
    const { isBinary, pieces } = this.#begun ?? { isBinary: false, pieces: [] };
    if (this.#begun === null) this.#break('onMessageEnd was called outside of a message');
    this.#begun = null;
    this.#receive(join(pieces), isBinary);
    return this.#tell('MessageEnd');
  }

  onPong(payload: Uint8Array): unknown {
    if (!this.transport.canPing) this.#break('onPong was called though canPing is false');
    this.pongs.push(payload.slice());
    return this.#tell('Pong');
  }

  onClosing(): unknown {
    if (this.count('Closing') > 0) this.#break('onClosing was called twice');
    if (this.transport.state === 'open') this.#break('the state is open in onClosing');
    return this.#tell('Closing');
  }

  onClose(info: CloseInfo): unknown {
    if (this.count('Closing') === 0) this.#break('onClose was called without onClosing');
    if (this.transport.state !== 'closed') this.#break(`the state is ${this.transport.state} in onClose`);
    this.info ??= info;
    return this.#tell('Close');
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  count(event: TransportEvent): number {
    return this.events.filter(other => other === event).length;
  }

  /**
   * Resolves when `isMet` returns true; it is called after each event. Rejects when a rule is broken, or the transport closes
   * first.
   */
  until(what: string, isMet: () => boolean): Promise<void> {
    return this.#waiting.until(what, isMet);
  }

  /** Resolves when at least that many messages have arrived in all. */
  untilReceived(count: number): Promise<void> {
    return this.until(`${count} messages`, () => this.messages.length >= count);
  }

  /** Resolves with the argument of `onClose`. */
  async untilClosed(): Promise<CloseInfo> {
    await this.until('the close', () => this.isClosed);
    return this.info as CloseInfo;
  }

  /** @throws the error of the first broken rule, if there is one */
  checkRules(): void {
    for (const { payload, copy } of this.#kept) {
      if (!equalValues(payload, copy)) this.#break('bytes that are the listener’s to keep were changed');
    }
    this.#waiting.checkRules();
  }

  #receive(payload: Uint8Array, isBinary: boolean): void {
    if (this.#begun !== null) this.#break('a message came inside another');
    if (typeof isBinary !== 'boolean') this.#break(`isBinary is ${show(isBinary)}`);
    this.messages.push({ payload, isBinary });
  }

  #keep(payload: Uint8Array): Uint8Array {
    if (!(payload instanceof Uint8Array)) this.#break(`a payload is ${show(payload)}`);
    const copy = new Uint8Array(payload);
    if (this.overwrites) payload.fill(0xa5);
    else this.#kept.push({ payload, copy });
    return copy;
  }

  #tell(event: TransportEvent): unknown {
    if (this.isClosed) this.#break(`on${event} was called after onClose`);
    if (this.#untaken !== null) this.#break('a text that was not taken did not come by onMessage');
    this.#untaken = null;
    this.events.push(event);
    if (event === 'Close') this.#isClosed = true;
    try {
      return this.onEvent(event);
    } finally {
      this.#waiting.look();
    }
  }

  #break(rule: string): void {
    this.#waiting.break(new ContractError(rule));
  }
}
