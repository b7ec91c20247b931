// Limits the connections of one client: attackers have many sockets, but few addresses (RFC 4732, 2.1.3).

import { isIPv6 } from 'node:net';

/** Counts connections by the network that they come from. */
export class AddressLimit {
  readonly #most: number;
  readonly #counts: Map<string, number> = new Map();
  readonly #networks: Map<object, string> = new Map();

  /** @param most connections of one address at a time */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Counts a connection, whether there is room for it or not, until `leave` is called.
   *
   * @param address the peer's; `undefined`, as for Unix domain sockets: the connection is not counted
   * @returns whether there is room
   */
  enter(connection: object, address: string | undefined): boolean {
    if (address === undefined) return true;
    const network = networkOf(address);
    const count = (this.#counts.get(network) ?? 0) + 1;
    this.#counts.set(network, count);
    this.#networks.set(connection, network);
    return count <= this.#most;
  }

  leave(connection: object): void {
    const network = this.#networks.get(connection);
    if (network === undefined) return;
    this.#networks.delete(connection);
    const count = this.#counts.get(network)! - 1;
    if (count === 0) this.#counts.delete(network);
    else this.#counts.set(network, count);
  }
}

/** The IP address in `TransportDetails.peer`; `undefined` if there is none in it. */
export function addressOf(peer: string | null): string | undefined {
  return /^tcp[46]:(.+):\d+$/.exec(peer ?? '')?.[1];
}

/** The network of one client: an IPv4 address, or all IPv6 addresses with the same first 64 bits (RFC 4291, 2.5.4). */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    while (groups.length + last.length < 8) groups.push('0');
    groups.push(...last);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
