// Opens one client connection: makes a MessageTransport of a connected stream, without a protocol class.

import type { ByteStream, ConnectionResponse, MessageTransport, TransportDetails } from '@ws/types';
import { ConnectionEngine } from '../engine/connection-engine.ts';
import type { HandshakeError } from '../errors/handshake-error.ts';
import { ClientOpening } from '../handshake/client-opening.ts';
import type { Connector } from '../protocol/connector.ts';
import { EngineTransport } from './engine-transport.ts';

/** A connection that a client has opened. */
export interface OpenedTransport {
  /** The transport is paused until it has a listener. */
  readonly transport: MessageTransport;
  readonly response: ConnectionResponse;
}

/** A client's connection that is being opened. */
export interface ClientAttempt {
  /** Rejects with a HandshakeError, or with what the transport failed with. */
  readonly opened: Promise<OpenedTransport>;
  /**
   * Ends the connection at once, open or not.
   *
   * @returns the server's refusal, with the part of its body that has come; `null`: it has not refused
   */
  drop(): HandshakeError | null;
}

/** Performs a client's opening handshake over a stream that leads to the server, or to the proxy. */
export function openTransport(
  connector: Connector,
  stream: ByteStream,
  details: TransportDetails | null,
): ClientAttempt {
  const engine = new ConnectionEngine(connector, stream, connector.options);
  let opening: ClientOpening;
  const opened = new Promise<OpenedTransport>((resolve, reject) => {
    engine.start(host => {
      const owner = {
        peer: details?.peer ?? '<never connected>',
        onConnecting: () => null,
        onResponse: (response: ConnectionResponse, extensions: string): void => {
          resolve({ transport: new EngineTransport(engine, response.protocol, extensions), response });
        },
        onOpeningFailed: reject,
      };
      opening = new ClientOpening(host, owner, connector);
      return opening;
    });
  });
  const drop = (): HandshakeError | null => {
    const { refusal } = opening;
    engine.drop(true);
    return refusal;
  };
  return { opened, drop };
}
