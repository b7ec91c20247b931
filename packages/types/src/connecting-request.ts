import { checkHeaderValue, checkInteger, checkList, checkString, checkToken } from './checks.ts';
import { type HeaderInit, headersToSend } from './headers.ts';

/** What a {@link ConnectingRequest} is made of; `null` stands for the default. */
export interface ConnectingRequestFields {
  /** For the `Host` header; need not be where the connection goes. Default `localhost`. */
  readonly host?: string | null | undefined;
  /** For the `Host` header, 1..65535; default 80. */
  readonly port?: number | null | undefined;
  /** Path and query; default `/`. */
  readonly resource?: string | null | undefined;
  /** More headers; default none. */
  readonly headers?: HeaderInit | null | undefined;
  /** The `User-Agent` header; `null` or empty: none. */
  readonly useragent?: string | null | undefined;
  /** The `Origin` header; `null` or empty: none. */
  readonly origin?: string | null | undefined;
  /** The subprotocols to offer, the preferred one first; default none. */
  readonly protocols?: readonly string[] | null | undefined;
}

/** What a client asks a server for (RFC 6455, 4.1): the answer of a client's `onConnecting`. */
export class ConnectingRequest {
  declare readonly host: string;
  declare readonly port: number;
  declare readonly resource: string;
  declare readonly headers: HeaderInit;
  declare readonly useragent: string | null;
  declare readonly origin: string | null;
  declare readonly protocols: readonly string[];

  /** @throws TypeError when a field has the wrong type, RangeError when it cannot stand in a request */
  constructor(fields: ConnectingRequestFields = {}) {
    const host = fields.host ?? 'localhost';
    const port = fields.port ?? 80;
    const resource = fields.resource ?? '/';
    const headers = headersToSend('headers', fields.headers ?? {});
    const useragent = fields.useragent ?? null;
    const origin = fields.origin ?? null;
    const protocols = fields.protocols ?? [];
    checkHeaderValue('host', host);
    if (host === '') throw new RangeError('host is empty');
    checkInteger('port', port, 1, 65535);
    checkString('resource', resource);
    // Characters beyond ASCII and blanks are let through: they are escaped when the request is written.
    if (!/^\/[ -"$-~\x80-\uffff]*$/.test(resource)) {
      throw new RangeError(`resource must be a path and query: ${JSON.stringify(resource)}`);
    }
    if (useragent !== null) checkHeaderValue('useragent', useragent);
    if (origin !== null) checkHeaderValue('origin', origin);
    // RFC 6455, 4.1: tokens, each one once.
    checkList('protocols', protocols);
    for (const protocol of protocols) checkToken('subprotocol', protocol);
    if (new Set(protocols).size < protocols.length) throw new RangeError('a subprotocol is offered twice');
    Object.assign(this, { host, port, resource, headers, useragent, origin, protocols: [...protocols] });
  }

  toJSON(): ConnectingRequestFields {
    return { ...this };
  }

  /** The JSON form, on several lines. */
  toString(): string {
    return JSON.stringify(this, null, 2);
  }
}
