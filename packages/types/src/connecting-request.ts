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
  readonly host: string;
  readonly port: number;
  readonly resource: string;
  readonly headers: HeaderInit;
  readonly useragent: string | null;
  readonly origin: string | null;
  readonly protocols: readonly string[];

  /** @throws TypeError when a field has the wrong type, RangeError when it cannot stand in a request */
  constructor(fields: ConnectingRequestFields = {}) {
    this.host = fields.host ?? 'localhost';
    this.port = fields.port ?? 80;
    this.resource = fields.resource ?? '/';
    this.headers = headersToSend('headers', fields.headers ?? {});
    this.useragent = fields.useragent ?? null;
    this.origin = fields.origin ?? null;
    const protocols = fields.protocols ?? [];
    checkHeaderValue('host', this.host);
    if (this.host === '') throw new RangeError('host is empty');
    checkInteger('port', this.port, 1, 65535);
    checkResource(this.resource);
    if (this.useragent !== null) checkHeaderValue('useragent', this.useragent);
    if (this.origin !== null) checkHeaderValue('origin', this.origin);
    checkProtocols(protocols);
    this.protocols = [...protocols];
  }

  toJSON(): ConnectingRequestFields {
    return { ...this };
  }

  /** The JSON form, on several lines. */
  toString(): string {
    return JSON.stringify(this, null, 2);
  }
}

/** Characters beyond ASCII and blanks are let through: they are escaped when the request is written. */
function checkResource(resource: string): void {
  checkString('resource', resource);
  if (!/^\/[ -"$-~\x80-\uffff]*$/.test(resource)) {
    throw new RangeError(`resource must be a path and query: ${JSON.stringify(resource)}`);
  }
}

/** RFC 6455, 4.1: tokens, each one once. */
function checkProtocols(protocols: readonly string[]): void {
  checkList('protocols', protocols);
  for (const protocol of protocols) checkToken('subprotocol', protocol);
  if (new Set(protocols).size < protocols.length) throw new RangeError('a subprotocol is offered twice');
}
