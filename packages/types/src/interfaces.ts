// The interface of a WebSocket for other layers, independent of its implementation. The classes of `@ws/core` and the agent
// of `@ws/node` implement it; code written against these interfaces runs over any other implementation too.

import type { ConnectingRequest } from './connecting-request.ts';
import type { ConnectionAccept } from './connection-accept.ts';
import type { ConnectionRequest } from './connection-request.ts';
import type { ConnectionResponse } from './connection-response.ts';
import type { HeaderInit } from './headers.ts';
import type { AbortSignalLike, ByteStream } from './ports/byte-stream.ts';
import type { TransportDetails } from './transport-details.ts';

/** A WebSocket connection: the hooks that an application overrides, and the methods that it calls. */
export interface IWebSocketChannel {
  /** Called when the connection is open: from now on messages can be sent and received. */
  onOpen(): unknown;
  /** Called for each message. The payload of a text message is its UTF-8. */
  onMessage(payload: Uint8Array, isBinary: boolean): unknown;
  onPing(payload: Uint8Array): unknown;
  onPong(payload: Uint8Array): unknown;
  /** Called once, last, when the connection is gone. `code` and `reason` are the peer's. */
  onClose(wasClean: boolean, code: number | null, reason: string | null): unknown;

  /** Sends a message. A string is sent as text. */
  sendMessage(
    payload: Uint8Array | string,
    isBinary?: boolean,
    options?: { readonly fragmentSize?: number; readonly doNotCompress?: boolean },
  ): void;
  sendPing(payload?: Uint8Array | string): void;
  sendPong(payload?: Uint8Array | string): void;
  /** Starts the closing handshake. */
  sendClose(code?: number | null, reason?: string | null): void;
  /** Closes the transport without a closing handshake. */
  dropConnection(isAbort?: boolean): void;

  readonly state: 'connecting' | 'open' | 'closing' | 'closed' | 'proxy-connecting';
  readonly peer: string;
  readonly transportDetails: TransportDetails | null;
  /** Bytes sent that the transport has not taken yet. */
  readonly bufferedAmount: number;
  /** Resolves when the connection is open; rejects when it cannot be opened. */
  readonly opened: Promise<void>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<unknown>;
  on(event: 'message', listener: (payload: Uint8Array, isBinary: boolean) => void): unknown;
  off(event?: 'message', listener?: (payload: Uint8Array, isBinary: boolean) => void): unknown;
}

/** A server's connection. */
export interface IWebSocketServerChannel extends IWebSocketChannel {
  /**
   * Called with the client's request. Throw a ConnectionDeny to refuse the connection.
   *
   * @returns the subprotocol, a pair of subprotocol and headers, or a ConnectionAccept; or a promise of one of these
   */
  onConnect(request: ConnectionRequest): ServerAnswer | PromiseLike<ServerAnswer>;
  attach(stream: ByteStream, transportDetails?: TransportDetails | null): void;
}

/** Return value of a server's `onConnect`. `undefined` and an empty list mean `null`. */
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
  /** Called before the request is sent. @returns the request to send; `null`: the request that the factory was set to */
  onConnecting(
    transportDetails: TransportDetails | null,
  ): ConnectingRequest | null | PromiseLike<ConnectingRequest | null>;
  /** Called with the server's response. Throw an error to refuse it. */
  onConnect(response: ConnectionResponse): unknown;
  attach(stream: ByteStream, transportDetails?: TransportDetails | null): void;
}

/** Creates the connections of a server. */
export interface IWebSocketServerChannelFactory<
  Channel extends IWebSocketServerChannel = IWebSocketServerChannel,
  Options extends object = object,
> {
  /** The class to instantiate for each connection. */
  protocol: new () => Channel;
  buildProtocol(): Channel;
  setProtocolOptions(options: Options): void;
  resetProtocolOptions(): void;
  /** Number of current connections. */
  readonly connectionCount: number;
}

/** Creates the connections of a client. */
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

/** Opens client connections. */
export interface IWebSocketClientAgent<Channel extends IWebSocketClientChannel = IWebSocketClientChannel> {
  /** Resolves when the connection is open. Rejects with the cause when it cannot be opened, or with `signal.reason`. */
  open(url: string, options?: AgentOpenOptions, protocolClass?: new () => Channel): Promise<Channel>;
}

/** Options of {@link IWebSocketClientAgent.open}. */
export interface AgentOpenOptions {
  readonly origin?: string | null;
  readonly protocols?: readonly string[];
  readonly useragent?: string | null;
  readonly headers?: HeaderInit | null;
  readonly proxy?: { readonly host: string; readonly port: number } | null;
  readonly protocolOptions?: object;
  readonly signal?: AbortSignalLike;
}
