// What other layers may ask of a WebSocket, whoever provides it. The classes of `@ws/core` and the agent of `@ws/node`
// have these shapes; code that is written against them runs over any other with the same.

import type { ConnectingRequest } from './connecting-request.ts';
import type { ConnectionAccept } from './connection-accept.ts';
import type { ConnectionRequest } from './connection-request.ts';
import type { ConnectionResponse } from './connection-response.ts';
import type { HeaderInit } from './headers.ts';
import type { AbortSignalLike, ByteStream } from './ports/byte-stream.ts';
import type { TransportDetails } from './transport-details.ts';

/** A WebSocket connection: hooks that the application overrides, and what it can do. */
export interface IWebSocketChannel {
  /** Open: messages may be sent, and will come. */
  onOpen(): unknown;
  /** A message; of text the UTF-8. */
  onMessage(payload: Uint8Array, isBinary: boolean): unknown;
  onPing(payload: Uint8Array): unknown;
  onPong(payload: Uint8Array): unknown;
  /** Gone. Called once, last; `code` and `reason` are the peer's. */
  onClose(wasClean: boolean, code: number | null, reason: string | null): unknown;

  /** Sends a message; a string is sent as text. */
  sendMessage(
    payload: Uint8Array | string,
    isBinary?: boolean,
    options?: { readonly fragmentSize?: number; readonly doNotCompress?: boolean },
  ): void;
  sendPing(payload?: Uint8Array | string): void;
  sendPong(payload?: Uint8Array | string): void;
  /** Starts the closing handshake. */
  sendClose(code?: number | null, reason?: string | null): void;
  /** Closes the transport, without a closing handshake. */
  dropConnection(isAbort?: boolean): void;

  readonly state: 'connecting' | 'open' | 'closing' | 'closed' | 'proxy-connecting';
  readonly peer: string;
  readonly transportDetails: TransportDetails | null;
  /** Bytes sent that the transport has not taken. */
  readonly bufferedAmount: number;
  /** Resolves when open; rejects when that is not to be. */
  readonly opened: Promise<void>;
  /** Resolves when gone. */
  readonly closed: Promise<unknown>;
  on(event: 'message', listener: (payload: Uint8Array, isBinary: boolean) => void): unknown;
  off(event?: 'message', listener?: (payload: Uint8Array, isBinary: boolean) => void): unknown;
}

/** A server's connection. */
export interface IWebSocketServerChannel extends IWebSocketChannel {
  /** @returns the subprotocol, with headers as a pair or a ConnectionAccept, or a promise. Throw ConnectionDeny to refuse. */
  onConnect(request: ConnectionRequest): ServerAnswer | PromiseLike<ServerAnswer>;
  attach(stream: ByteStream, transportDetails?: TransportDetails | null): void;
}

/** What a server's `onConnect` answers; `undefined` and an empty list are `null`. */
export type ServerAnswer =
  | null
  | undefined
  | string
  | readonly []
  | readonly [subprotocol: string | null]
  | readonly [subprotocol: string | null, headers: HeaderInit | null]
  | ConnectionAccept;

/** A client's connection. */
export interface IWebSocketClientChannel extends IWebSocketChannel {
  /** @returns what to ask for; `null`: what the factory was set to */
  onConnecting(
    transportDetails: TransportDetails | null,
  ): ConnectingRequest | null | PromiseLike<ConnectingRequest | null>;
  /** Throw to refuse the server's answer. */
  onConnect(response: ConnectionResponse): unknown;
  attach(stream: ByteStream, transportDetails?: TransportDetails | null): void;
}

/** Makes the connections of a server. */
export interface IWebSocketServerChannelFactory<
  Channel extends IWebSocketServerChannel = IWebSocketServerChannel,
  Options extends object = object,
> {
  /** The class to instantiate for each connection. */
  protocol: new () => Channel;
  buildProtocol(): Channel;
  setProtocolOptions(options: Options): void;
  resetProtocolOptions(): void;
  /** Connections at present. */
  readonly connectionCount: number;
}

/** Makes the connections of a client. */
export interface IWebSocketClientChannelFactory<
  Channel extends IWebSocketClientChannel = IWebSocketClientChannel,
  Options extends object = object,
> {
  /** The class to instantiate for each connection. */
  protocol: new () => Channel;
  buildProtocol(): Channel;
  setProtocolOptions(options: Options): void;
  resetProtocolOptions(): void;
}

/** Opens connections, one by one. */
export interface IWebSocketClientAgent<Channel extends IWebSocketClientChannel = IWebSocketClientChannel> {
  /** Resolves when the connection is open; rejects with the reason when it cannot be, or with `signal.reason`. */
  open(url: string, options?: AgentOpenOptions, protocolClass?: new () => Channel): Promise<Channel>;
}

/** What a connection of an {@link IWebSocketClientAgent} may be opened with. */
export interface AgentOpenOptions {
  readonly origin?: string | null;
  readonly protocols?: readonly string[];
  readonly useragent?: string | null;
  readonly headers?: HeaderInit | null;
  readonly proxy?: { readonly host: string; readonly port: number } | null;
  readonly protocolOptions?: object;
  readonly signal?: AbortSignalLike;
}
