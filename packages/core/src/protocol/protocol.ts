// The class that applications extend: hooks to override, methods to call. What it does lies in the endpoint.

import type { ByteStream, MessageCompression, Platform, TransportDetails } from '@ws/types';
import { concatBytes, encodeText } from '@ws/util/primitives';
import type { CloseInfo, ConnectionState } from '../closing/close-info.ts';
import { checkCloseArguments } from '../closing/close-payload.ts';
import { Endpoint } from '../engine/connection-engine.ts';
import type { FrameHooks, Role, RoleRules } from '../engine/connection-rules.ts';
import type { Opening } from '../engine/engine-listener.ts';
import { type Producer, ProducerDriver } from '../engine/producer.ts';
import { ClosedError, UsageError } from '../errors/usage-error.ts';
import { PING, PONG } from '../frames/opcode.ts';
import type { MessageSender, PreparedSendOptions, SendOptions } from '../messages/message-sender.ts';
import { checkBytes, checkPayload } from '../messages/payload-check.ts';
import type { PreparedMessage } from '../messages/prepared-message.ts';
import type { CommonOptions } from '../options/options.ts';
import { Settled } from '../support/lazy-promise.ts';
import { TrafficStats } from '../support/traffic-stats.ts';
import { type HeldFrames, overridesFrameHooks } from './frame-hooks.ts';
import { checkEvent, ProtocolHooks } from './protocol-hooks.ts';

/** Hooks may be asynchronous; a rejection fails the connection with 1011. The next event does not wait for it. */
export type HookResult = void | PromiseLike<void>;

/** Listens to messages. */
export type MessageListener = (payload: Uint8Array, isBinary: boolean) => HookResult;

/** Of all connections that nobody waited for to open. */
const OPENED: Settled<void> = /* @__PURE__ */ new Settled();

/** What both sides have in common. */
export abstract class WebSocketProtocol {
  /** What is known of the transport; `null` before `attach`. */
  transportDetails: TransportDetails | null = null;
  /** The peer, such as `tcp4:127.0.0.1:52914`. */
  peer = '<never connected>';
  /** The subprotocol that was agreed on. */
  subprotocol: string | null = null;

  #endpoint: Endpoint | null = null;
  readonly #hooks: ProtocolHooks = new ProtocolHooks(this);
  #opened: Settled<void> | null = null;
  #closed: Settled<CloseInfo> | null = null;
  #frames: HeldFrames | null = null;

  // ---- hooks

  /** The connection is open: messages may be sent, and will come. */
  onOpen(): HookResult {}

  /** A message. `payload` is the application's to keep; of text it is the UTF-8. */
  onMessage(_payload: Uint8Array, _isBinary: boolean): HookResult {}

  /** A ping; its pong has been sent. */
  onPing(_payload: Uint8Array): HookResult {}

  /** A pong, also one that answers an automatic ping. */
  onPong(_payload: Uint8Array): HookResult {}

  /** The pong to an automatic ping came, `latency` milliseconds after it. */
  onAutoPong(_latency: number, _payload: Uint8Array): HookResult {}

  /** The connection is not open any more: we or the peer began to close it, or it was lost. `onClose` will follow. */
  onClosing(): HookResult {}

  /**
   * The connection is gone. Called exactly once, last. More is told by `closed`.
   *
   * @param code the peer's; `null`: its Close frame had none; 1006: there was no orderly close
   */
  onClose(_wasClean: boolean, _code: number | null, _reason: string | null): HookResult {}

  /** A message begins. This and the five hooks below are for applications that want frames, or chunks as they come. */
  onMessageBegin(isBinary: boolean): HookResult {
    const held = this.#held();
    held.isBinary = isBinary;
    held.message = [];
  }

  /** A frame begins, of `length` bytes (compressed ones, where compression was agreed). */
  onMessageFrameBegin(_length: number): HookResult {
    this.#held().frame = [];
  }

  /** Some bytes of the frame. */
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

  /** A frame. */
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
    return this.#endpoint?.state ?? 'connecting';
  }

  /** Resolves when open, after `onOpen`; rejects when that is not to be. */
  get opened(): Promise<void> {
    this.#opened ??= new Settled();
    return this.#opened.promise;
  }

  /** Resolves when the connection is gone, after `onClose`. */
  get closed(): Promise<CloseInfo> {
    this.#closed ??= new Settled();
    return this.#closed.promise;
  }

  /** What the closing began with: our code and reason, or the peer's; 1006 when the transport was lost. */
  get closingReason(): { readonly code: number | null; readonly reason: string | null } {
    return this.#endpoint?.closing.beginning ?? { code: 1006, reason: null };
  }

  get trafficStats(): TrafficStats {
    return this.#endpoint?.stats ?? new TrafficStats();
  }

  /** Bytes sent that the transport has not taken. */
  get bufferedAmount(): number {
    return this.#endpoint?.writer.bufferedAmount ?? 0;
  }

  /** The compression in use. */
  get compression(): MessageCompression | null {
    return this.#endpoint?.compression ?? null;
  }

  // ---- sending

  /**
   * Sends a message: text when `payload` is a string or `isBinary` is false. It leaves at the end of the turn. The
   * memory of more than 16 KiB may be sent from where it is: do not change it before `drained()`.
   *
   * @throws ClosedError when not open, TypeError, RangeError, UsageError when a message was begun or the message is
   * longer than `maxMessagePayloadSize`; nothing was sent then
   */
  sendMessage(payload: Uint8Array | string, isBinary = false, options?: SendOptions): void {
    checkPayload(payload, isBinary);
    const endpoint = this.#open();
    endpoint.sender.sendMessage(payload, isBinary, options);
    endpoint.afterSend();
  }

  /** The same for adapters, as a turn of its own: it leaves at once. @returns whether the transport took everything */
  sendMessageNow(payload: Uint8Array | string, isBinary: boolean, options?: SendOptions): boolean {
    checkPayload(payload, isBinary);
    return this.#open().sendNow(payload, isBinary, options);
  }

  /** Sends what the factory's `prepareMessage` made. @returns `false`: skipped, by `dropIfBusy` */
  sendPreparedMessage(prepared: PreparedMessage, options?: PreparedSendOptions): boolean {
    const endpoint = this.#open();
    if (options?.dropIfBusy && endpoint.writer.isBlocked) return false;
    endpoint.sender.sendPrepared(prepared);
    endpoint.afterSend();
    return true;
  }

  /** Sends a ping of at most 125 bytes. Does nothing when not open. */
  sendPing(payload?: Uint8Array | string): void {
    this.#sendControl(PING, payload);
  }

  /** Sends a pong that nobody asked for. Does nothing when not open. */
  sendPong(payload?: Uint8Array | string): void {
    this.#sendControl(PONG, payload);
  }

  /**
   * Starts the closing handshake. Does nothing when it has begun.
   * @param code 1000 or 3000 to 4999; without it the Close frame is empty
   * @param reason at most 123 bytes of UTF-8, what is longer is cut
   * @throws TypeError, RangeError; ClosedError when not open yet; UsageError inside a frame
   */
  sendClose(code: number | null = null, reason: string | null = null): void {
    checkCloseArguments(code, reason, false);
    if (this.state === 'open' && this.#endpoint!.writer.isInsideFrame)
      throw new UsageError('ERR_SEND_STATE', 'not possible here: inside frame');
    this.closeWith(code, reason);
  }

  /** Closes the transport: what was sent still leaves; with `isAbort` nothing does. No Close frame is sent. */
  dropConnection(isAbort = false): void {
    this.#endpoint?.inTurn(() => this.#endpoint!.closing.drop(isAbort));
  }

  // ---- sending bit by bit

  /** Begins a message. Does nothing, like the four below, when not open. */
  beginMessage(isBinary = false, doNotCompress = false): void {
    this.#ifOpen(sender => sender.beginMessage(isBinary, doNotCompress));
  }

  /** Begins a frame of exactly `length` bytes. */
  beginMessageFrame(length: number): void {
    this.#ifOpen(sender => sender.beginMessageFrame(length));
  }

  /** Sends bytes of that frame. @returns bytes still missing (positive), or unused (negative), or 0: complete */
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

  /** Resolves when the transport has taken everything that was sent. Rejects with a ClosedError when it is gone. */
  drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.whenDrained(error => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** The same for adapters, by a call, which must not throw. */
  whenDrained(onDrained: (error: unknown) => void): void {
    if (this.#endpoint === null) onDrained(new ClosedError('the connection is not open'));
    else this.#endpoint.whenFlushed(onDrained);
  }

  /** No message hook is called until `resumeReceiving`. Pings and Close frames are still answered, as far as they lie
   * within 64 KiB of what has not been delivered. Beyond that the peer is made to wait. */
  pauseReceiving(): void {
    this.#endpoint?.delivery.pause();
  }

  resumeReceiving(): void {
    this.#endpoint?.resumeReceiving();
  }

  /** Has `producer` make data as the transport takes it; when not open, it is told to stop.
   * @param isStreaming `false`: it is asked for each piece */
  registerProducer(producer: Producer, isStreaming: boolean): void {
    const endpoint = this.#endpoint;
    if (endpoint?.state !== 'open') {
      producer.stopProducing();
      return;
    }
    if (endpoint.producer !== null) throw new UsageError('ERR_SEND_STATE', 'a producer is registered already');
    const onError = (error: unknown): void => endpoint.onHookFailed(error);
    endpoint.producer = new ProducerDriver(producer, isStreaming, this.platform.clock, onError);
    endpoint.producer.start(endpoint.writer.isBlocked);
  }

  unregisterProducer(): void {
    const endpoint = this.#endpoint;
    endpoint?.producer?.release();
    if (endpoint !== null) endpoint.producer = null;
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

  // ---- for the subclasses of this package, and for adapters

  /** A text, valid, in `source[start, end)`, lent for the call. For adapters that put messages together themselves: where
   * it is overridden, messages that come in one piece skip the hooks of frames. @returns whether it was taken; if not,
   * `onMessage` is called, as it is for binary */
  onLentText(_source: Uint8Array, _start: number, _end: number): boolean {
    return false;
  }

  /** Where this runs. */
  abstract readonly platform: Platform;
  /** @internal */
  abstract readonly role: Role;
  /** @internal */
  abstract roleRules(options: CommonOptions): RoleRules;

  /** Starts the closing handshake with any code that may stand in a frame: for adapters, such as 1001 of a server that stops. */
  closeWith(code: number | null, reason: string | null): void {
    const endpoint = this.#endpoint;
    if (endpoint === null || this.state.endsWith('connecting')) {
      throw new ClosedError('the connection is not open yet: drop it');
    }
    endpoint.inTurn(() => endpoint.closing.startClosingHandshake(code, reason));
  }

  /** Fails the connection (RFC 6455, 7.1.7): with the code of a ProtocolError, with 1011 for any other error. */
  failConnection(error: unknown): void {
    this.#endpoint?.inTurn(() => this.#endpoint!.failConnection(error));
  }

  /** @internal */
  protected begin(
    stream: ByteStream,
    details: TransportDetails | null,
    options: CommonOptions,
    createOpening: (endpoint: Endpoint) => Opening,
  ): void {
    if (this.#endpoint !== null) throw new UsageError('ERR_ALREADY_ATTACHED', 'this protocol has a stream already');
    this.transportDetails = details;
    this.peer = details?.peer ?? this.peer;
    const endpoint = new Endpoint(this.#hooks, stream, options);
    this.#endpoint = endpoint;
    endpoint.start(createOpening(endpoint));
  }

  /** @internal */
  protected get endpoint(): Endpoint | null {
    return this.#endpoint;
  }

  /** @internal The transport is gone. @returns whether that is anything to tell the application */
  leave(): boolean {
    return true;
  }

  /** @internal */
  get frameHooks(): FrameHooks {
    if (!overridesFrameHooks(this, WebSocketProtocol.prototype)) return 'none';
    return this.onLentText === WebSocketProtocol.prototype.onLentText ? 'all' : 'pieces';
  }

  /** @internal */
  settleOpened(failure?: { readonly error: unknown }): void {
    this.#opened ??= failure === undefined ? OPENED : new Settled();
    if (failure === undefined) this.#opened.resolve();
    else this.#opened.reject(failure.error);
  }

  /** @internal */
  settleClosed(info: CloseInfo): void {
    this.#closed ??= new Settled();
    this.#closed.resolve(info);
  }

  #sendControl(opcode: number, payload: Uint8Array | string = ''): void {
    const bytes = typeof payload === 'string' ? encodeText(payload) : payload;
    checkBytes(bytes);
    if (bytes.length > 125) throw new RangeError(`control frames carry at most 125 bytes, not ${bytes.length}`);
    if (this.#endpoint?.state === 'open') this.#endpoint.sendControl(opcode, bytes);
  }

  #open(): Endpoint {
    const endpoint = this.#endpoint;
    if (endpoint?.state === 'open') return endpoint;
    throw new ClosedError(`the connection is not open but ${this.state}`);
  }

  #ifOpen<Result>(task: (sender: MessageSender) => Result): Result | undefined {
    const endpoint = this.#endpoint;
    if (endpoint?.state !== 'open') return undefined;
    const result = task(endpoint.sender);
    endpoint.afterSend();
    return result;
  }

  #held(): HeldFrames {
    this.#frames ??= { isBinary: false, frame: [], message: [] };
    return this.#frames;
  }
}
