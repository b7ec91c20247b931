// Clients of Autobahn|JS.

import './quiet.ts';
import autobahn, { type Session } from 'autobahn';
import { WebSocket } from 'ws';

// It takes the WebSocket of the platform, which Node has from version 22 on.
Object.assign(globalThis, { WebSocket });

const SERIALIZERS: Readonly<Record<string, new () => object>> = {
  json: autobahn.serializer.JSONSerializer,
  msgpack: autobahn.serializer.MsgpackSerializer,
  cbor: autobahn.serializer.CBORSerializer,
};

export interface AutobahnClient {
  readonly session: Session;
  readonly details: Record<string, unknown>;
  close(): Promise<void>;
}

/** A client that has joined; rejects with why it could not. */
export function openAutobahn(
  url: string,
  realm: string,
  serializer: string,
  options: object = {},
): Promise<AutobahnClient> {
  const Serializer = SERIALIZERS[serializer];
  if (Serializer === undefined) throw new RangeError(serializer);
  const connection = new autobahn.Connection({
    url,
    realm,
    max_retries: 0,
    serializers: [new Serializer()],
    ...options,
  });
  return new Promise((resolve, reject) => {
    let onClosed = (): void => {};
    connection.onopen = (session, details) =>
      resolve({
        session,
        details,
        close: () =>
          new Promise<void>(done => {
            onClosed = done;
            connection.close();
          }),
      });
    connection.onclose = (reason, details) => {
      onClosed();
      reject(Object.assign(new Error(`${reason}: ${JSON.stringify(details)}`), { reason: details.reason }));
      return true;
    };
    connection.open();
  });
}

export { autobahn };
