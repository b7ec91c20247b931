// Who may see what goes on: this page, and no other one that a browser on this machine may have open.

import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/**
 * Whether a request comes from a page of ours (or from no page at all).
 *
 * A server that only this machine reaches is also only asked for by this machine's names: a page whose own name was
 * pointed at us (DNS rebinding) is not ours.
 */
export function isOurs({ host = '', origin }: IncomingHttpHeaders, isLocal: boolean): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (isLocal && !isLocalName(name)) return false;
  return origin === undefined || origin.toLowerCase().replace(/^https?:\/\//, '') === host.toLowerCase();
}

/** Whether an address is reached from this machine only. */
export function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isLoopback(name.replace(/^\[|\]$/g, ''));
}
