// The base of clients and servers: it keeps the URL and the session, and prepares messages.

import type { CompressionExtension, HeaderInit, Platform } from '@ws/types';
import type { UrlParts } from '@ws/util';
import { encodeText, webPlatform } from '@ws/util/primitives';
import { checkPayload } from '../messages/payload-check.ts';
import { PreparedMessage } from '../messages/prepared-message.ts';

/** Session parameters of both sides. */
export interface SessionParameters {
  /** The server's URL, `ws:` or `wss:`; without a query on servers. Default `ws://localhost`. */
  readonly url?: string | null | undefined;
  /** Subprotocols, the preferred one first. */
  readonly protocols?: readonly string[] | null | undefined;
  /** More headers for the opening handshake. */
  readonly headers?: HeaderInit | null | undefined;
  /** Compression extensions that are known by name, beside those that ready-made options bring. */
  readonly extensions?: readonly CompressionExtension[] | undefined;
}

export const DEFAULT_URL = 'ws://localhost';

/** Makes the protocol objects of connections. */
export abstract class WebSocketFactory {
  readonly platform: Platform;
  declare url: string;
  declare isSecure: boolean;
  declare hostname: string;
  /** `null` for a Unix domain socket. */
  declare port: number | null;
  declare udsPath: string | null;
  declare resource: string;
  declare path: string;
  declare params: Readonly<Record<string, readonly string[]>>;
  declare protocols: readonly string[];
  declare headers: HeaderInit;
  declare extensions: readonly CompressionExtension[];

  /** `true` on servers. */
  abstract readonly isServer: boolean;

  constructor(platform: Platform = webPlatform) {
    this.platform = platform;
  }

  /** Makes a message to send to many peers: framed once, and compressed once if that is possible. @throws TypeError */
  prepareMessage(payload: Uint8Array | string, isBinary = false, doNotCompress = false): PreparedMessage {
    checkPayload(payload, isBinary);
    const bytes = typeof payload === 'string' ? encodeText(payload) : new Uint8Array(payload);
    return new this.Prepared(bytes, isBinary, doNotCompress);
  }

  /** @internal The class that {@link prepareMessage} instantiates. */
  get Prepared(): typeof PreparedMessage {
    return PreparedMessage;
  }

  /** Sets the parameters that the sessions of both sides share. */
  protected setSession(session: SessionParameters, parts: UrlParts): void {
    const { url, protocols, headers, extensions } = session;
    Object.assign(this, parts);
    this.url = url ?? DEFAULT_URL;
    this.protocols = [...(protocols ?? [])];
    this.headers = headers ?? {};
    this.extensions = extensions ?? [];
  }
}
