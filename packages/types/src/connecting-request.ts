import { checkHeaderValue, checkInteger, checkList, checkString, checkToken } from './checks.ts';
import { type HeaderInit, headersToSend } from './headers.ts';

/** Fields of a {@link ConnectingRequest}. `null` stands for the default. */
export interface ConnectingRequestFields {
  /** Host name of the `Host` header; it may differ from the host connected to. Default `localhost`. */
  readonly host?: string | null | undefined;
  /** Port of the `Host` header, 1..65535. Default 80. */
  readonly port?: number | null | undefined;
  /** Path and query. Default `/`. */
  readonly resource?: string | null | undefined;
  /** Additional headers. Default none. */
  readonly headers?: HeaderInit | null | undefined;
  /** The `User-Agent` header. `null` or empty: the header is not sent. */
  readonly useragent?: string | null | undefined;
  /** The `Origin` header. `null` or empty: the header is not sent. */
  readonly origin?: string | null | undefined;
  /** The subprotocols to offer, the preferred one first. Default none. */
  readonly protocols?: readonly string[] | null | undefined;
}

/** A client's opening request (RFC 6455, 4.1), returned by its `onConnecting`. */
export class ConnectingRequest {
  declare readonly host: string;
  declare readonly port: number;
  declare readonly resource: string;
  declare readonly headers: HeaderInit;
  declare readonly useragent: string | null;
  declare readonly origin: string | null;
  declare readonly protocols: readonly string[];

  /** @throws TypeError when a field has the wrong type, RangeError when its value is not allowed in a request */
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
    // Blanks and characters beyond ASCII are allowed, since they are escaped when the request is written.
    if (!/^\/[ -"$-~\x80-\uffff]*$/.test(resource)) {
      throw new RangeError(`resource must be a path and query: ${JSON.stringify(resource)}`);
    }
    if (useragent !== null) checkHeaderValue('useragent', useragent);
    if (origin !== null) checkHeaderValue('origin', origin);
    // RFC 6455, 4.1: subprotocols are tokens, and none is repeated.
    checkList('protocols', protocols);
    for (const protocol of protocols) checkToken('subprotocol', protocol);
    if (new Set(protocols).size < protocols.length) throw new RangeError('a subprotocol is offered twice');
    Object.assign(this, { host, port, resource, headers, useragent, origin, protocols: [...protocols] });
  }

  toJSON(): ConnectingRequestFields {
    return { ...this };
  }

  /** The JSON form, indented on several lines. */
  toString(): string {
    return JSON.stringify(this, null, 2);
  }
}
