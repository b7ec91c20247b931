// The name of a subprotocol says which WAMP, and which serializer: `wamp.2.msgpack.batched`.

import type { ISerializer } from '../serializers/serializer.ts';

const VERSION = 2;

/** What a subprotocol's name says; both `null` when it is not one of WAMP. */
export interface SubprotocolParts {
  readonly version: number | null;
  readonly serializerId: string | null;
}

/** Reads the name of a subprotocol. */
export function parseSubprotocolIdentifier(subprotocol: string): SubprotocolParts {
  const [wamp, version = '', ...serializer] = subprotocol.split('.');
  if (wamp !== 'wamp' || !/^[0-9]+$/.test(version)) return { version: null, serializerId: null };
  return { version: Number(version), serializerId: serializer.join('.') };
}

/** The name that a serializer is offered under. */
export function formatSubprotocol(serializer: ISerializer): string {
  return `wamp.${VERSION}.${serializer.serializerId}`;
}

/** The serializer that a subprotocol asks for, where there is one. */
export function findSerializer(subprotocol: string, serializers: readonly ISerializer[]): ISerializer | null {
  const { version, serializerId } = parseSubprotocolIdentifier(subprotocol);
  if (version !== VERSION) return null;
  return serializers.find(serializer => serializer.serializerId === serializerId) ?? null;
}
