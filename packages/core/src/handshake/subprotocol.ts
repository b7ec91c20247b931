import { isToken } from '@ws/util/primitives';
import { HandshakeError } from '../errors/handshake-error.ts';
import { parseList } from './header-list.ts';

/**
 * Reads a client's `Sec-WebSocket-Protocol` (RFC 6455, 4.1 and 11.3.4), in the client's order of preference.
 *
 * @throws {@link HandshakeError} when a subprotocol is no token, or is named twice
 */
export function parseSubprotocols(value: string | undefined): string[] {
  const names = parseList(value ?? '');
  if (new Set(names).size < names.length || !names.every(isToken)) throw new HandshakeError('ERR_SUBPROTOCOL');
  return names;
}

/** The first of the client's subprotocols that the server speaks too, else `null` (RFC 6455, 4.2.2). */
export function selectSubprotocol(offered: readonly string[], supported: readonly string[]): string | null {
  return offered.find(name => supported.includes(name)) ?? null;
}
