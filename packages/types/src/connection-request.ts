import { checkInteger, checkList, checkMap, checkString, checkStrings } from './checks.ts';
import { copyLists, type Headers, receivedHeaders } from './headers.ts';
import type { ExtensionParams } from './ports/compression-extension.ts';

/** An extension offered by a client: its name in lower case, and its parameters. */
export type RequestedExtension = readonly [name: string, params: ExtensionParams];

/** Fields of a {@link ConnectionRequest}. */
export interface ConnectionRequestFields {
  /** The client's address, such as `tcp4:127.0.0.1:52914`. */
  readonly peer: string;
  /** All headers. */
  readonly headers: Headers;
  /** The `Host` header without its port. An IPv6 address keeps its brackets. */
  readonly host: string;
  /** The requested path without `;parameters` after its last segment. Escapes are left as they were sent. */
  readonly path: string;
  /** The query, parsed as form data. The map has no prototype. */
  readonly params: Readonly<Record<string, readonly string[]>>;
  /** The `Sec-WebSocket-Version` header: 13, or 8. */
  readonly version: number;
  /** The `Origin` header; `null`: the request has none. */
  readonly origin: string | null;
  /** The offered subprotocols, in the client's order. */
  readonly protocols: readonly string[];
  /** The offered extensions, in the client's order. */
  readonly extensions: readonly RequestedExtension[];
}

const NONE: readonly never[] = /* @__PURE__ */ Object.freeze([]);

/** A client's opening handshake (RFC 6455, 4.2.1), given to a server's `onConnect`. */
export class ConnectionRequest implements ConnectionRequestFields {
  readonly peer: string;
  readonly headers: Headers;
  readonly host: string;
  readonly path: string;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly version: number;
  readonly origin: string | null;
  readonly protocols: readonly string[];
  readonly extensions: readonly RequestedExtension[];

  /**
   * @param isOwn whether the headers have the form of {@link Headers} and belong to this request alone, so need no copy
   * @throws TypeError when a field is missing or has the wrong type, RangeError when `version` is not 0 to 255
   */
  constructor(fields: ConnectionRequestFields, isOwn = false) {
    const { peer, headers, host, path, params, version, origin, protocols, extensions } = fields;
    checkString('peer', peer);
    checkString('host', host);
    checkString('path', path);
    checkInteger('version', version, 0, 255);
    if (origin !== null) checkString('origin', origin);
    checkStrings('protocols', protocols);
    checkList('extensions', extensions);
    this.peer = peer;
    this.headers = isOwn ? headers : receivedHeaders('headers', headers);
    this.host = host;
    this.path = path;
    this.params = copyLists('params', params);
    this.version = version;
    this.origin = origin;
    // Most requests offer no subprotocols and live as long as their connections, so these share one empty list.
    this.protocols = protocols.length === 0 ? NONE : [...protocols];
    this.extensions = extensions.length === 0 ? NONE : extensions.map(checkedExtension);
  }

  toJSON(): ConnectionRequestFields {
    return { ...this };
  }

  /** The JSON form, indented on several lines. */
  toString(): string {
    return JSON.stringify(this, null, 2);
  }
}

function checkedExtension(extension: unknown): RequestedExtension {
  checkList('extensions: each', extension);
  const [name, params] = extension;
  checkString('extension name', name);
  checkMap('extension parameters', params);
  return [name, params as ExtensionParams];
}
