// Carries any byte stream over a WebSocket, as websockify does. With the subprotocol `binary` each write is sent as a
// binary message; with `base64`, for clients that support nothing else, it is sent as a text message in base64.

import type { Duplex } from 'node:stream';
import { acceptDeflate, offerDeflate } from '@ws/compress/deflate';
import { transportOf, WebSocketClientProtocol, WebSocketServerProtocol } from '@ws/core';
import { ConnectionDeny, type ConnectionRequest, type ConnectionResponse, type Platform } from '@ws/types';
import { decodeBase64, decodeLatin1, encodeBase64 } from '@ws/util/primitives';
import { WebSocketClientFactory, WebSocketServerFactory } from '../platform/factories.ts';
import { nodePlatform } from '../platform/platform.ts';
import { ProtocolStream } from './web-socket-stream.ts';

/** Options of both wrapping factories. */
export interface WrappingOptions {
  readonly url?: string | undefined;
  /** Compress messages if the peer agrees to it. Default `true`. */
  readonly enableCompression?: boolean | undefined;
  /** The most bytes that a sent frame may have. Default 0: each write is one frame. */
  readonly autoFragmentSize?: number | undefined;
  /** An additional subprotocol, whose messages are like those of `binary`. */
  readonly subprotocol?: string | null | undefined;
}

/** Called for each connection once it is open. */
export type OnStream = (stream: Duplex) => void;

function subprotocols(subprotocol: string | null): string[] {
  return subprotocol === null ? ['binary', 'base64'] : ['binary', 'base64', subprotocol];
}

/** Serves a byte stream protocol over WebSockets: `onStream` gets a Duplex for each connection. */
export class WrappingWebSocketServerFactory extends WebSocketServerFactory {
  constructor(onStream: OnStream, options: WrappingOptions = {}, platform: Platform = nodePlatform) {
    const { url, enableCompression = true, autoFragmentSize = 0, subprotocol = null } = options;
    checkOnStream(onStream);
    super({ url, protocols: subprotocols(subprotocol) }, platform);
    this.setProtocolOptions({ autoFragmentSize, failByDrop: false });
    if (enableCompression) this.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate() });
    this.protocol = class extends WrappingServerProtocol {
      override onOpen(): void {
        onStream(this.open());
      }
    };
  }
}

/** Connects to a byte stream protocol over a WebSocket: `onStream` gets a Duplex when the connection is open. */
export class WrappingWebSocketClientFactory extends WebSocketClientFactory {
  constructor(onStream: OnStream, options: WrappingOptions = {}, platform: Platform = nodePlatform) {
    const { url, enableCompression = true, autoFragmentSize = 0, subprotocol = null } = options;
    checkOnStream(onStream);
    super({ url, protocols: subprotocols(subprotocol) }, platform);
    this.setProtocolOptions({ autoFragmentSize, failByDrop: false });
    if (enableCompression) this.setProtocolOptions({ perMessageCompressionOffers: [offerDeflate()] });
    this.protocol = class extends WrappingClientProtocol {
      override onOpen(): void {
        // Without a subprotocol the encoding is unknown. RFC 6455, 4.1 leaves it to the client to close.
        if (this.subprotocol === null) transportOf(this).close(1002, 'no subprotocol was agreed on');
        else onStream(this.open());
      }
    };
  }
}

class WrappingServerProtocol extends WebSocketServerProtocol {
  #stream: WrappedStream | null = null;

  override onConnect(request: ConnectionRequest): string {
    const chosen = request.protocols.find(protocol => this.factory.protocols.includes(protocol));
    if (chosen === undefined) throw new ConnectionDeny(ConnectionDeny.NOT_ACCEPTABLE, 'no subprotocol in common');
    return chosen;
  }

  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.#stream?.receive(payload, isBinary);
  }

  open(): Duplex {
    this.#stream = new WrappedStream(this);
    return this.#stream;
  }
}

class WrappingClientProtocol extends WebSocketClientProtocol {
  #stream: WrappedStream | null = null;

  override onConnect(_response: ConnectionResponse): void {}

  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.#stream?.receive(payload, isBinary);
  }

  open(): Duplex {
    this.#stream = new WrappedStream(this);
    return this.#stream;
  }
}

/** A Duplex over a connection, which encodes bytes as the connection's subprotocol says. */
class WrappedStream extends ProtocolStream {
  readonly #connection: WebSocketServerProtocol | WebSocketClientProtocol;
  readonly #isBase64: boolean;

  constructor(connection: WebSocketServerProtocol | WebSocketClientProtocol) {
    super(connection);
    this.#connection = connection;
    this.#isBase64 = connection.subprotocol === 'base64';
  }

  override receive(payload: Uint8Array, isBinary: boolean): void {
    if (isBinary === this.#isBase64) {
      transportOf(this.#connection).close(1003, 'the subprotocol has no such messages');
      return;
    }
    let bytes = payload;
    if (this.#isBase64) {
      try {
        bytes = decodeBase64(decodeLatin1(payload));
      } catch {
        transportOf(this.#connection).close(1007, 'malformed base64');
        return;
      }
    }
    if (bytes.length > 0) super.receive(bytes, true);
  }

  protected override encode(chunk: unknown): readonly [payload: Uint8Array | string, isBinary: boolean] {
    const bytes = chunk as Uint8Array;
    return this.#isBase64 ? [encodeBase64(bytes), false] : [bytes, true];
  }
}

function checkOnStream(onStream: unknown): void {
  if (typeof onStream !== 'function') throw new TypeError('onStream must be a function');
}
