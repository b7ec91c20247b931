// Performs a client's opening handshake: first a proxy's tunnel, where there is one, then request and response.

import {
  type CloseInfo,
  type CompressionExtension,
  ConnectingRequest,
  ConnectionResponse,
  type HeaderInit,
  type Platform,
  type Timer,
} from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';
import { ConnectionRejected, HandshakeError } from '../errors/handshake-error.ts';
import type { ClientOptions } from '../options/options.ts';
import { log } from '../support/log.ts';
import {
  type ClientRequest,
  checkUpgradeResponse,
  createClientRequest,
  type UpgradeResponse,
} from './client-handshake.ts';
import { acceptResponse, clientExtensions } from './compression-negotiation.ts';
import { openingError } from './opening-error.ts';
import type { Opening, OpeningHost } from './opening-host.ts';
import { checkConnectResponse, formatConnectRequest } from './proxy-connect.ts';
import { REFUSAL_BODY_TIMEOUT, RefusalBody } from './refusal-body.ts';
import { type ResponseHead, ResponseHeadParser } from './response-head.ts';

/** An HTTP proxy that connections go through (CONNECT). */
export interface ProxyParameters {
  readonly host: string;
  readonly port: number;
  /** Basic credentials (RFC 7617). */
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  /** More headers for the proxy. */
  readonly headers?: HeaderInit | null | undefined;
}

/** What all connections of one client have in common. */
export interface ClientSettings {
  readonly platform: Platform;
  readonly hostname: string;
  /** `null` for a Unix domain socket. */
  readonly port: number | null;
  readonly isSecure: boolean;
  readonly proxy: ProxyParameters | null;
  /** Compression extensions that are known by name. */
  readonly extensions: readonly CompressionExtension[];
  /** Makes the request that is sent unless the application gives another one. */
  connectingRequest(): ConnectingRequest;
}

/** The application's side of one connection that is being opened. */
export interface ClientOpeningOwner {
  /** The server, such as `tcp4:127.0.0.1:9000`. */
  readonly peer: string;
  /** The transport is connected. @returns a ConnectingRequest, `null` for the usual one, or a promise of either */
  onConnecting(): unknown;
  /** The server has agreed. An error or a rejection closes the connection; a returned promise is awaited. */
  onResponse(response: ConnectionResponse, extensions: string): unknown;
  /** There will be no connection. */
  onOpeningFailed(error: unknown): void;
}

interface Refusal {
  readonly error: HandshakeError;
  readonly body: RefusalBody;
  /** Ends the wait for the rest of the body. */
  readonly timer: Timer;
}

type Phase = 'asking' | 'proxy' | 'response' | 'answering';

/** The opening handshake of one client connection. */
export class ClientOpening implements Opening {
  readonly #host: OpeningHost;
  readonly #owner: ClientOpeningOwner;
  readonly #settings: ClientSettings;
  #phase: Phase = 'asking';
  #parser: ResponseHeadParser;
  #sent: ClientRequest | null = null;
  /** Bytes that came before they were asked for. */
  #rest: Uint8Array = EMPTY_BYTES;
  #refusal: Refusal | null = null;

  constructor(host: OpeningHost, owner: ClientOpeningOwner, settings: ClientSettings) {
    this.#host = host;
    this.#owner = owner;
    this.#settings = settings;
    this.#parser = this.#createParser();
  }

  get #options(): ClientOptions {
    return this.#host.options as ClientOptions;
  }

  start(): void {
    const { proxy, hostname, port } = this.#settings;
    if (proxy === null) {
      this.#ask();
      return;
    }
    this.#phase = 'proxy';
    this.#host.setProxying(true);
    // A Unix domain socket, which has no port, is never reached through a proxy.
    this.#host.send(formatConnectRequest({ ...proxy, host: hostname, port: port as number }));
  }

  onData(bytes: Uint8Array): void {
    if (this.#refusal !== null) this.#onBody(bytes, this.#refusal);
    else if (this.#phase === 'asking' || this.#phase === 'answering') this.#rest = concatBytes([this.#rest, bytes]);
    else this.#onHead(bytes);
  }

  /** Drops the connection without sending anything more (RFC 6455, 7.1.7). */
  onFailed(error: unknown): void {
    this.#note(error);
    this.#owner.onOpeningFailed(error);
    this.#host.drop(true);
  }

  onGone(info: CloseInfo): void {
    const { refusal } = this;
    this.#refusal?.timer.cancel();
    this.#owner.onOpeningFailed(refusal ?? openingError(info));
  }

  /** The server's refusal, with the part of its body that has come; `null`: the server has not refused. */
  get refusal(): HandshakeError | null {
    if (this.#refusal === null) return null;
    const { error, body } = this.#refusal;
    error.body ??= body.take();
    return error;
  }

  #onHead(bytes: Uint8Array): void {
    const consumed = this.#parser.push(bytes);
    const { head } = this.#parser;
    if (head === null) return;
    const rest = bytes.slice(consumed);
    if (this.#phase === 'proxy') this.#onProxy(head, rest);
    else this.#onResponse(head, rest);
  }

  /** Takes the proxy's answer. After it, the server is at the other end of the stream. */
  #onProxy(head: ResponseHead, rest: Uint8Array): void {
    checkConnectResponse(head);
    this.#phase = 'asking';
    this.#parser = this.#createParser();
    this.#host.setProxying(false);
    if (!this.#settings.isSecure) {
      this.#rest = rest;
      this.#ask();
      return;
    }
    // No one has proved to be the server before TLS: these bytes must not pass for data that came through it.
    if (rest.length > 0)
      throw new HandshakeError('ERR_PROXY', { status: null, message: 'data from the proxy before TLS' });
    this.#host.secure(
      () => this.#ask(),
      cause => {
        throw new HandshakeError('ERR_PROXY', { status: null, message: 'no TLS through the proxy', cause });
      },
    );
  }

  /** Asks the application which request to send to the server. */
  #ask(): void {
    this.#host.ask(
      () => this.#owner.onConnecting(),
      answer => this.#request(answer),
      error => {
        throw error;
      },
    );
  }

  #request(answer: unknown): void {
    if (answer !== null && answer !== undefined && !(answer instanceof ConnectingRequest)) {
      throw new TypeError('onConnecting must return a ConnectingRequest or null');
    }
    const { isSecure } = this.#settings;
    const { version, perMessageCompressionOffers: offers } = this.#options;
    const { random } = this.#settings.platform;
    const connecting = answer ?? this.#settings.connectingRequest();
    this.#sent = createClientRequest({ connecting, version: version < 13 ? 8 : 13, isSecure, offers, random });
    this.#phase = 'response';
    this.#host.send(this.#sent.bytes);
    const rest = this.#rest;
    this.#rest = EMPTY_BYTES;
    if (rest.length > 0) this.#onHead(rest);
  }

  #onResponse(head: ResponseHead, rest: Uint8Array): void {
    const options = this.#options;
    const { digest } = this.#settings.platform;
    let upgrade: UpgradeResponse;
    try {
      const extensions = clientExtensions(options, this.#settings.extensions);
      upgrade = checkUpgradeResponse(head, this.#sent!, digest, extensions);
    } catch (error) {
      if (!(error instanceof ConnectionRejected)) throw error;
      const timer = this.#host.startTimer(REFUSAL_BODY_TIMEOUT, () => this.#endRefusal());
      this.#refusal = { error, body: new RefusalBody(head), timer };
      this.#note(error);
      this.#onBody(rest, this.#refusal);
      return;
    }
    this.#phase = 'answering';
    this.#rest = rest;
    this.#confirm(upgrade);
  }

  /** The server has agreed: asks the application to confirm. */
  #confirm({ headers, version, protocol, compression: response }: UpgradeResponse): void {
    const compression = response === null ? null : acceptResponse(response, this.#options, this.#settings.platform);
    if (response !== null && compression === null) {
      throw new HandshakeError('ERR_EXTENSION_RESPONSE', { status: 101, headers });
    }
    this.#host.useCompression(compression);
    const extensions = compression === null ? [] : [{ name: compression.extensionName, ...compression.toJSON() }];
    const { peer } = this.#owner;
    const open = (refusal?: { readonly error: unknown }): void => {
      // The application may have dropped the connection instead of answering.
      if (this.#host.state !== 'connecting') return;
      if (refusal !== undefined) this.#owner.onOpeningFailed(refusal.error);
      this.#host.open(this.#rest, refusal);
    };
    const result = new ConnectionResponse({ peer, headers, version, protocol, extensions });
    this.#host.ask(
      () => this.#owner.onResponse(result, headers['sec-websocket-extensions'] ?? ''),
      () => open(),
      error => open({ error }),
    );
  }

  /** Collects the body of a refusal: it may say why the server refused. */
  #onBody(bytes: Uint8Array, refusal: Refusal): void {
    if (refusal.body.push(bytes)) this.#endRefusal();
  }

  /** The body of the refusal is complete, or is not awaited any longer. */
  #endRefusal(): void {
    this.#owner.onOpeningFailed(this.refusal);
    this.#host.drop(true);
  }

  #note(error: unknown): void {
    this.#host.failOpening(error instanceof Error ? error.message : 'the opening handshake failed', error);
    log(this.#settings.platform, 'info', 'handshake-failed', error);
  }

  #createParser(): ResponseHeadParser {
    return new ResponseHeadParser(this.#host.options.maxHandshakeSize);
  }
}
