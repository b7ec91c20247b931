import { checkInteger, checkList, checkMap, checkString } from './checks.ts';
import { type Headers, receivedHeaders } from './headers.ts';

/** An extension in use: its name, and the negotiated parameters. */
export interface ExtensionInUse {
  readonly name: string;
  readonly [parameter: string]: unknown;
}

/** Fields of a {@link ConnectionResponse}. */
export interface ConnectionResponseFields {
  /** The server's address, such as `tcp4:127.0.0.1:9000`. */
  readonly peer: string;
  /** All headers. */
  readonly headers: Headers;
  /** The protocol version in use: 13. */
  readonly version: number;
  /** The subprotocol that the server chose; `null`: none. */
  readonly protocol: string | null;
  /** The negotiated extensions. */
  readonly extensions: readonly ExtensionInUse[];
}

/** A server's opening handshake (RFC 6455, 4.2.2), given to a client's `onConnect`. */
export class ConnectionResponse implements ConnectionResponseFields {
  declare readonly peer: string;
  declare readonly headers: Headers;
  declare readonly version: number;
  declare readonly protocol: string | null;
  declare readonly extensions: readonly ExtensionInUse[];

  /** @throws TypeError when a field is missing or has the wrong type, RangeError when `version` is not 0 to 255 */
  constructor(fields: ConnectionResponseFields) {
    const { peer, headers, version, protocol, extensions } = fields;
    checkString('peer', peer);
    checkInteger('version', version, 0, 255);
    if (protocol !== null) checkString('protocol', protocol);
    checkList('extensions', extensions);
    for (const extension of extensions) {
      checkMap('extensions: each', extension);
      checkString('extension name', extension.name);
    }
    const copy = receivedHeaders('headers', headers);
    Object.assign(this, { peer, headers: copy, version, protocol, extensions: [...extensions] });
  }

  toJSON(): ConnectionResponseFields {
    return { ...this };
  }

  /** The JSON form, indented on several lines. */
  toString(): string {
    return JSON.stringify(this, null, 2);
  }
}
