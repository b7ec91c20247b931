// What both factories have in common: where they are, and how they prepare messages.

import type { CompressionExtension, HeaderInit, Platform } from '@ws/types';
import type { UrlParts } from '@ws/util';
import { encodeText, webPlatform } from '@ws/util/primitives';
import { checkPayload } from './payload-check.ts';
import { PreparedMessage } from './prepared-message.ts';

/** Session parameters of both sides. */
export interface SessionParameters {
  /** Where the server is, `ws:` or `wss:`; a server's without query. Default `ws://localhost`. */
  readonly url?: string | null | undefined;
  /** Subprotocols, the preferred first. */
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
  url = '';
  isSecure = false;
  hostname = '';
  /** `null` for a Unix domain socket. */
  port: number | null = null;
  udsPath: string | null = null;
  resource = '/';
  path = '/';
  params: Readonly<Record<string, readonly string[]>> = {};
  protocols: readonly string[] = [];
  headers: HeaderInit = {};
  extensions: readonly CompressionExtension[] = [];

  /** `true` on servers. */
  abstract readonly isServer: boolean;

  constructor(platform: Platform = webPlatform) {
    this.platform = platform;
  }

  /** Makes a message that is sent to many: framed once, and compressed once where that is possible. @throws TypeError */
  prepareMessage(payload: Uint8Array | string, isBinary = false, doNotCompress = false): PreparedMessage {
    checkPayload(payload, isBinary);
    const bytes = typeof payload === 'string' ? encodeText(payload) : new Uint8Array(payload);
    return new PreparedMessage(bytes, isBinary, doNotCompress);
  }

  /** Takes over what both sides' sessions have. */
  protected setSession(session: SessionParameters, parts: UrlParts): void {
    this.url = session.url ?? DEFAULT_URL;
    this.isSecure = parts.isSecure;
    this.hostname = parts.hostname;
    this.port = parts.port;
    this.udsPath = parts.udsPath;
    this.resource = parts.resource;
    this.path = parts.path;
    this.params = parts.params;
    this.protocols = [...(session.protocols ?? [])];
    this.headers = session.headers ?? {};
    this.extensions = session.extensions ?? [];
  }
}
