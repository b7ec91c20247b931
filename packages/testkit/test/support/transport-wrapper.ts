import type {
  CloseInfo,
  ConnectionState,
  MessageTransport,
  MessageTransportListener,
  PreparedPayload,
  Receives,
  TransportPreparedOptions,
  TransportSendOptions,
} from '@ws/types';

/** Passes everything on to another transport and to the listener: what extends it changes one thing. */
export class TransportWrapper implements MessageTransport {
  protected readonly inner: MessageTransport;
  protected listener: MessageTransportListener = NOBODY;

  constructor(inner: MessageTransport) {
    this.inner = inner;
  }
  get state(): ConnectionState {
    return this.inner.state;
  }
  get subprotocol(): string | null {
    return this.inner.subprotocol;
  }
  get extensions(): string | null {
    return this.inner.extensions;
  }
  get canPause(): boolean {
    return this.inner.canPause;
  }
  get canPing(): boolean {
    return this.inner.canPing;
  }
  get closeCodes(): 'application' | 'wire' {
    return this.inner.closeCodes;
  }
  get bufferedAmount(): number {
    return this.inner.bufferedAmount;
  }
  get latency(): number | null {
    return this.inner.latency;
  }
  get closingReason(): { readonly code: number | null; readonly reason: string | null } {
    return this.inner.closingReason;
  }
  setListener(listener: MessageTransportListener): void {
    const told = {
      receives: this.receives(listener),
      onMessage: (payload: Uint8Array, isBinary: boolean) => this.onMessage(payload, isBinary),
      onLentText: (source: Uint8Array, start: number, end: number) => this.onLentText(source, start, end),
      onMessageBegin: (isBinary: boolean) => this.onMessageBegin(isBinary),
      onMessageData: (chunk: Uint8Array) => this.onMessageData(chunk),
      onMessageEnd: () => this.onMessageEnd(),
      onPong: (payload: Uint8Array) => this.onPong(payload),
      onClosing: () => this.onClosing(),
      onClose: (info: CloseInfo) => this.onClose(info),
    };
    this.inner.setListener(told);
    this.listener = listener;
  }
  protected receives(listener: MessageTransportListener): Receives {
    return listener.receives;
  }
  protected onMessage(payload: Uint8Array, isBinary: boolean): unknown {
    return this.listener.onMessage(payload, isBinary);
  }
  protected onLentText(source: Uint8Array, start: number, end: number): boolean {
    return this.listener.onLentText(source, start, end);
  }
  protected onMessageBegin(isBinary: boolean): unknown {
    return this.listener.onMessageBegin(isBinary);
  }
  protected onMessageData(chunk: Uint8Array): unknown {
    return this.listener.onMessageData(chunk);
  }
  protected onMessageEnd(): unknown {
    return this.listener.onMessageEnd();
  }
  protected onPong(payload: Uint8Array): unknown {
    return this.listener.onPong(payload);
  }
  protected onClosing(): unknown {
    return this.listener.onClosing();
  }
  protected onClose(info: CloseInfo): unknown {
    return this.listener.onClose(info);
  }
  send(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): void {
    this.inner.send(payload, isBinary, options);
  }
  sendNow(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): boolean {
    return this.inner.sendNow(payload, isBinary, options);
  }
  beginMessage(isBinary: boolean, options?: TransportSendOptions): void {
    this.inner.beginMessage(isBinary, options);
  }
  sendPiece(piece: Uint8Array): void {
    this.inner.sendPiece(piece);
  }
  endMessage(): void {
    this.inner.endMessage();
  }
  prepare(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): PreparedPayload {
    return this.inner.prepare(payload, isBinary, options);
  }
  sendPrepared(prepared: PreparedPayload, options?: TransportPreparedOptions): boolean {
    return this.inner.sendPrepared(prepared, options);
  }
  whenDrained(onDrained: (error: unknown) => void): void {
    this.inner.whenDrained(onDrained);
  }
  pause(): void {
    this.inner.pause();
  }
  resume(): void {
    this.inner.resume();
  }
  ping(payload: Uint8Array): void {
    this.inner.ping(payload);
  }
  pong(payload: Uint8Array): void {
    this.inner.pong(payload);
  }
  close(code: number | null, reason: string | null): void {
    this.inner.close(code, reason);
  }
  fail(error: unknown): void {
    this.inner.fail(error);
  }
  drop(): void {
    this.inner.drop();
  }
}

/** Stands in until there is a listener: nothing is told before. */
const NOBODY = {} as MessageTransportListener;

/** A class of transports that do something wrong. */
export type BrokenTransport = new (inner: MessageTransport) => MessageTransport;
