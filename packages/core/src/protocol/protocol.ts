// The class that applications extend: hooks to override, methods to call. The engine does the work.

import type { ByteStream, CloseInfo, ConnectionState, MessageCompression, Platform, TransportDetails } from '@ws/types';
import { concatBytes, encodeText } from '@ws/util/primitives';
import { checkClose } from '../closing/close-check.ts';
import { ConnectionEngine } from '../engine/connection-engine.ts';
import type { RoleOwner } from '../engine/connection-rules.ts';
import type { Producer } from '../engine/producer.ts';
import { ClosedError, UsageError } from '../errors/usage-error.ts';
import { PING, PONG } from '../frames/opcode.ts';
import type { Opening, OpeningHost } from '../handshake/opening-host.ts';
import type { MessageSender, PreparedSendOptions, SendOptions } from '../messages/message-sender.ts';
import { checkBytes, checkControlPayload, checkPayload } from '../messages/payload-check.ts';
import type { PreparedMessage } from '../messages/prepared-message.ts';
import type { CommonOptions } from '../options/options.ts';
import { LazyPromise } from '../support/lazy-promise.ts';
import { TrafficStats } from '../support/traffic-stats.ts';
import { type HeldFrames, overridesFrameHooks } from './frame-hooks.ts';
import { checkEvent, type HookResult, type MessageListener, ProtocolHooks } from './protocol-hooks.ts';

/** Shared as `opened` by all open connections where nobody asked for the promise before. */
const OPENED: LazyPromise<void> = /* @__PURE__ */ new LazyPromise();

/** See {@link engineOf}. */
let readEngine: (protocol: WebSocketProtocol) => ConnectionEngine | null;

/** The engine of a protocol object; `null` before it has a stream. */
export function engineOf(protocol: WebSocketProtocol): ConnectionEngine | null {
  return readEngine(protocol);
}

/** The base class of client and server connections. */
export abstract class WebSocketProtocol {
  /** The details of the transport, if any are known; `null` before `attach`. */
  transportDetails: TransportDetails | null = null;
  /** The peer's address, such as `tcp4:127.0.0.1:52914`. */
  peer = '<never connected>';
  /** The subprotocol that was agreed on. */
  subprotocol: string | null = null;
  /** The extensions that were agreed on, as they stand in the header; empty: none. */
  extensions = '';

  static {
    readEngine = protocol => protocol.#engine;
  }

  #engine: ConnectionEngine | null = null;
  readonly #hooks: ProtocolHooks = new ProtocolHooks(this);
  #opened: LazyPromise<void> | null = null;
  #closed: LazyPromise<CloseInfo> | null = null;
  #frames: HeldFrames | null = null;

  // ---- hooks

  /** The connection is open: messages can be sent, and will be received. */
  onOpen(): HookResult {}

  /** A message has come. The application may keep `payload`; for text it is the UTF-8. */
  onMessage(_payload: Uint8Array, _isBinary: boolean): HookResult {}

  /** A ping has come; its pong has been sent. */
  onPing(_payload: Uint8Array): HookResult {}

  /** A pong has come, perhaps the answer to an automatic ping. */
  onPong(_payload: Uint8Array): HookResult {}

  /** The pong to an automatic ping came, `latency` milliseconds after it. */
  onAutoPong(_latency: number, _payload: Uint8Array): HookResult {}

  /** The connection is no longer open: we or the peer began to close it, or it was lost. `onClose` will follow. */
  onClosing(): HookResult {}

  /**
   * The connection is gone. This hook is called exactly once, as the last one. `closed` gives more details.
   *
   * @param code the peer's close code; `null`: its Close frame had none; 1006: there was no orderly close
   */
  onClose(_wasClean: boolean, _code: number | null, _reason: string | null): HookResult {}

  /** A message begins. This and the five hooks below are for applications that want frames, or chunks as they come. */
  onMessageBegin(isBinary: boolean): HookResult {
    const held = this.#held();
    held.isBinary = isBinary;
    held.message = [];
  }

  /** A frame of `length` bytes begins (of compressed bytes, where compression was agreed). */
  onMessageFrameBegin(_length: number): HookResult {
    this.#held().frame = [];
  }

  /** Some bytes of the frame have come. */
  onMessageFrameData(chunk: Uint8Array): HookResult {
    this.#held().frame.push(chunk);
  }

  /** The frame is complete. Unless overridden, calls `onMessageFrame`. */
  onMessageFrameEnd(): HookResult {
    const held = this.#held();
    const { frame } = held;
    held.frame = [];
    return this.onMessageFrame(frame);
  }

  /** A frame has come. */
  onMessageFrame(chunks: Uint8Array[]): HookResult {
    this.#held().message.push(concatBytes(chunks));
  }

  /** The message is complete. Unless overridden, calls `onMessage`. */
  onMessageEnd(): HookResult {
    const held = this.#held();
    const { message, isBinary } = held;
    held.message = [];
    return this.#hooks.onMessage(concatBytes(message), isBinary) as HookResult;
  }

  // ---- state

  get state(): ConnectionState {
    return this.#engine?.state ?? 'connecting';
  }

  /** Resolves when the connection is open, after `onOpen`; rejects when it cannot be opened. */
  get opened(): Promise<void> {
    this.#opened ??= new LazyPromise();
    return this.#opened.promise;
  }

  /** Resolves when the connection is gone, after `onClose`. */
  get closed(): Promise<CloseInfo> {
    this.#closed ??= new LazyPromise();
    return this.#closed.promise;
  }

  /** The code and reason that closing began with: ours, or the peer's; 1006 when the transport was lost. */
  get closingReason(): { readonly code: number | null; readonly reason: string | null } {
    return this.#engine?.closing.beginning ?? { code: 1006, reason: null };
  }

  get trafficStats(): TrafficStats {
    return this.#engine?.stats ?? new TrafficStats();
  }

  /** Bytes that were sent and that the transport has not taken yet. */
  get bufferedAmount(): number {
    return this.#engine?.outflow.writer.bufferedAmount ?? 0;
  }

  /** The compression in use. */
  get compression(): MessageCompression | null {
    return this.#engine?.compression ?? null;
  }

  // ---- sending

  /**
   * Sends a message: text when `payload` is a string or `isBinary` is false. It is written at the end of the
   * turn. A payload of more than 16 KiB may be sent without a copy: do not change it before `drained()` resolves.
   *
   * @throws ClosedError when not open, TypeError, RangeError, UsageError when another message was begun or this one is
   * longer than `maxMessagePayloadSize`; nothing was sent then
   */
  sendMessage(payload: Uint8Array | string, isBinary = false, options?: SendOptions): void {
    checkPayload(payload, isBinary);
    this.#open().outflow.send(payload, isBinary, options);
  }

  /** Sends a message that the factory's `prepareMessage` made. @returns `false`: skipped, because of `dropIfBusy` */
  sendPreparedMessage(prepared: PreparedMessage, options?: PreparedSendOptions): boolean {
    return this.#open().outflow.sendPrepared(prepared, options?.dropIfBusy === true);
  }

  /** Sends a ping of at most 125 bytes. Does nothing when not open. */
  sendPing(payload?: Uint8Array | string): void {
    this.#sendControl(PING, payload);
  }

  /** Sends an unsolicited pong. Does nothing when not open. */
  sendPong(payload?: Uint8Array | string): void {
    this.#sendControl(PONG, payload);
  }

  /**
   * Starts the closing handshake. Does nothing when that has begun already.
   * @param code 1000 or 3000 to 4999; without it the Close frame is empty
   * @param reason at most 123 bytes of UTF-8; a longer one is cut
   * @throws TypeError, RangeError; ClosedError when not open yet; UsageError inside a frame
   */
  sendClose(code: number | null = null, reason: string | null = null): void {
    checkClose(code, reason, { codes: 'application' });
    if (this.state === 'open' && this.#engine!.outflow.writer.isInsideFrame)
      throw new UsageError('ERR_SEND_STATE', 'not possible here: inside frame');
    const engine = this.#engine;
    if (engine === null || this.state.endsWith('connecting')) {
      throw new ClosedError('the connection is not open yet: drop it');
    }
    engine.inflow.inTurn(() => engine.closing.startClosingHandshake(code, reason));
  }

  /**
   * Closes the transport without a Close frame. Data that was sent still leaves, unless `isAbort`. Messages that have
   * come and were not delivered, as while receiving is paused, are dropped.
   */
  dropConnection(isAbort = false): void {
    this.#engine?.drop(isAbort);
  }

  // ---- sending bit by bit

  /** Begins a message. Like the four methods below, it does nothing when the connection is not open. */
  beginMessage(isBinary = false, doNotCompress = false): void {
    this.#ifOpen(sender => sender.beginMessage(isBinary, doNotCompress));
  }

  /** Begins a frame of exactly `length` bytes. */
  beginMessageFrame(length: number): void {
    this.#ifOpen(sender => sender.beginMessageFrame(length));
  }

  /** Sends bytes of that frame. @returns how many are still missing (positive) or unused (negative); 0: complete */
  sendMessageFrameData(chunk: Uint8Array): number {
    checkBytes(chunk);
    return this.#ifOpen(sender => sender.sendMessageFrameData(chunk)) ?? 0;
  }

  /** Sends a whole frame of the message. */
  sendMessageFrame(payload: Uint8Array): void {
    checkBytes(payload);
    this.#ifOpen(sender => sender.sendMessageFrame(payload));
  }

  /** Ends the message. */
  endMessage(): void {
    this.#ifOpen(sender => sender.endMessage());
  }

  // ---- flow

  /** Resolves when the transport has taken everything that was sent. Rejects with a ClosedError when that is gone. */
  drained(): Promise<void> {
    const engine = this.#engine;
    if (engine === null) return Promise.reject(new ClosedError('the connection is not open'));
    return new Promise((resolve, reject) => {
      engine.outflow.whenFlushed(error => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** Calls no message hook until `resumeReceiving`. Pings and Close frames are still answered, as long as no more than
   * 64 KiB before them are undelivered. Beyond that nothing is read, and the peer has to wait. */
  pauseReceiving(): void {
    this.#engine?.delivery.pause();
  }

  resumeReceiving(): void {
    this.#engine?.inflow.resume();
  }

  /** Lets `producer` make data as the transport takes it; when not open, the producer is told to stop.
   * @param isStreaming `false`: the producer is asked for each piece */
  registerProducer(producer: Producer, isStreaming: boolean): void {
    const engine = this.#engine;
    if (!engine?.isOpen) {
      producer.stopProducing();
      return;
    }
    const onError = (error: unknown): void => engine.onHookFailed(error);
    engine.outflow.registerProducer(producer, isStreaming, { clock: this.platform.clock, onError });
  }

  unregisterProducer(): void {
    this.#engine?.outflow.unregisterProducer();
  }

  // ---- events

  /** Calls `listener` for each message, after `onMessage`. */
  on(event: 'message', listener: MessageListener): this {
    checkEvent(event);
    if (typeof listener !== 'function') throw new TypeError('listener must be a function');
    this.#hooks.addListener(listener);
    return this;
  }

  /** Removes a listener, or all of them. */
  off(event?: 'message', listener?: MessageListener): this {
    if (event !== undefined) checkEvent(event);
    else if (listener !== undefined) throw new TypeError('no event is named');
    this.#hooks.removeListener(listener);
    return this;
  }

  // ---- for the subclasses of this package

  /** The platform that this connection runs on. */
  abstract readonly platform: Platform;

  /** @internal */
  protected begin(
    owner: RoleOwner,
    stream: ByteStream,
    details: TransportDetails | null,
    options: CommonOptions,
    createOpening: (host: OpeningHost) => Opening,
  ): void {
    if (this.#engine !== null) throw new UsageError('ERR_ALREADY_ATTACHED', 'this protocol has a stream already');
    this.transportDetails = details;
    this.peer = details?.peer ?? this.peer;
    const engine = new ConnectionEngine(owner, stream, options);
    engine.setListener(this.#hooks);
    this.#engine = engine;
    engine.start(createOpening);
  }

  /** @internal */
  retire(): boolean {
    return true;
  }

  /** @internal */
  hasFrameHooks(): boolean {
    return overridesFrameHooks(this, WebSocketProtocol.prototype);
  }

  /** @internal */
  settleOpened(failure?: { readonly error: unknown }): void {
    this.#opened ??= failure === undefined ? OPENED : new LazyPromise();
    if (failure === undefined) this.#opened.resolve();
    else this.#opened.reject(failure.error);
  }

  /** @internal */
  settleClosed(info: CloseInfo): void {
    this.#closed ??= new LazyPromise();
    this.#closed.resolve(info);
  }

  #sendControl(opcode: number, payload: Uint8Array | string = ''): void {
    const bytes = typeof payload === 'string' ? encodeText(payload) : payload;
    checkControlPayload(bytes);
    if (this.#engine?.isOpen) this.#engine.control.send(opcode, bytes);
  }

  #open(): ConnectionEngine {
    const engine = this.#engine;
    if (engine?.isOpen) return engine;
    throw new ClosedError(`the connection is not open but ${this.state}`);
  }

  #ifOpen<Result>(task: (sender: MessageSender) => Result): Result | undefined {
    return this.#engine?.isOpen ? this.#engine.outflow.sendParts(task) : undefined;
  }

  #held(): HeldFrames {
    this.#frames ??= { isBinary: false, frame: [], message: [] };
    return this.#frames;
  }
}
