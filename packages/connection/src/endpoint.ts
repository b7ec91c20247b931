/** The address of one end of a connection, as far as it is known. */
export class Endpoint {
  /** An IP address, the path of a Unix domain socket, or another description that the transport gives. */
  readonly address: string;
  /** `null` where the transport has no ports. */
  readonly port: number | null;
  readonly isSsl: boolean;

  constructor(address: string, port: number | null, isSsl: boolean) {
    this.address = address;
    this.port = port;
    this.isSsl = isSsl;
  }

  /** The endpoint as a URL: without the default port, IPv6 in brackets. */
  get url(): string {
    const scheme = this.isSsl ? 'wss' : 'ws';
    if (this.port === null) return `${scheme}://unix:${this.address}`;
    const host = this.address.includes(':') ? `[${this.address}]` : this.address;
    return this.port === (this.isSsl ? 443 : 80) ? `${scheme}://${host}` : `${scheme}://${host}:${this.port}`;
  }

  toString(): string {
    return `Endpoint(address="${this.address}", port=${this.port}, isSsl=${this.isSsl})`;
  }
}

/** Reads a peer descriptor such as `tcp4:127.0.0.1:52914`, `tcp6:::1:52914` or `unix:/tmp/socket`. */
export function parseEndpoint(descriptor: string | null, isSsl: boolean): Endpoint {
  const tcp = /^tcp[46]?:(.*):(\d{1,5})$/.exec(descriptor ?? '');
  if (tcp !== null) return new Endpoint(tcp[1]!, Number(tcp[2]), isSsl);
  return new Endpoint((descriptor ?? 'unknown').replace(/^unix:/, ''), null, isSsl);
}
