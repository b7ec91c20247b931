// The engine's protocol classes, told to feed a connection object.

import type { ConnectAnswer } from '@ws/core';
import { type CloseInfo, WebSocketClientProtocol, WebSocketServerProtocol } from '@ws/core';
import type { ConnectionRequest, ConnectionResponse } from '@ws/types';

/** What a {@link WebSocketConnection} hears of its protocol object. */
export interface EngineListener {
  /** A text that came in one piece, valid, in `source[start, end)`, lent for the call. @returns whether it was taken */
  onLentText(source: Uint8Array, start: number, end: number): boolean;
  /** A message that came in one piece, and was not taken so. Others are told of by the three below. */
  onMessage(payload: Uint8Array, isText: boolean): void;
  onMessageBegin(isText: boolean): void;
  onChunk(chunk: Uint8Array): void;
  onMessageEnd(): void;
  onPong(payload: Uint8Array): void;
  onLatency(milliseconds: number): void;
  onClosing(): void;
}

/** Both kinds of protocol objects that feed a connection. */
export type EngineProtocol = PullServerProtocol | PullClientProtocol;

/** A server's side. */
export class PullServerProtocol extends WebSocketServerProtocol {
  listener: EngineListener | null = null;
  /** Answers the request; set before `attach`. */
  answer: ((request: ConnectionRequest) => Promise<ConnectAnswer>) | null = null;

  override onConnect(request: ConnectionRequest): ConnectAnswer | PromiseLike<ConnectAnswer> {
    this.pauseReceiving();
    return this.answer === null ? super.onConnect(request) : this.answer(request);
  }
  override onLentText(source: Uint8Array, start: number, end: number): boolean {
    return this.listener?.onLentText(source, start, end) === true;
  }
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.listener?.onMessage(payload, !isBinary);
  }
  override onMessageBegin(isBinary: boolean): void {
    this.listener?.onMessageBegin(!isBinary);
  }
  override onMessageFrameBegin(): void {}
  override onMessageFrameData(chunk: Uint8Array): void {
    if (chunk.length > 0) this.listener?.onChunk(chunk);
  }
  override onMessageFrameEnd(): void {}
  override onMessageEnd(): void {
    this.listener?.onMessageEnd();
  }
  override onPong(payload: Uint8Array): void {
    this.listener?.onPong(payload);
  }
  override onAutoPong(latency: number): void {
    this.listener?.onLatency(latency);
  }
  override onClosing(): void {
    this.listener?.onClosing();
  }
}

/** A client's side. */
export class PullClientProtocol extends WebSocketClientProtocol {
  listener: EngineListener | null = null;

  /** Nothing is delivered before there is a connection object to deliver to. */
  override onConnect(_response: ConnectionResponse): void {
    this.pauseReceiving();
  }
  /** Tells adapters that messages are not for listeners. */
  override onOpen(): void {}
  override onLentText(source: Uint8Array, start: number, end: number): boolean {
    return this.listener?.onLentText(source, start, end) === true;
  }
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.listener?.onMessage(payload, !isBinary);
  }
  override onMessageBegin(isBinary: boolean): void {
    this.listener?.onMessageBegin(!isBinary);
  }
  override onMessageFrameBegin(): void {}
  override onMessageFrameData(chunk: Uint8Array): void {
    if (chunk.length > 0) this.listener?.onChunk(chunk);
  }
  override onMessageFrameEnd(): void {}
  override onMessageEnd(): void {
    this.listener?.onMessageEnd();
  }
  override onPong(payload: Uint8Array): void {
    this.listener?.onPong(payload);
  }
  override onAutoPong(latency: number): void {
    this.listener?.onLatency(latency);
  }
  override onClosing(): void {
    this.listener?.onClosing();
  }
}

export type { CloseInfo };
