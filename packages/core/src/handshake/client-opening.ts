// A client's opening handshake as it happens: perhaps through a proxy, the request out, the response in.

import { ConnectingRequest, ConnectionResponse } from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';
import type { CloseInfo } from '../closing/close-info.ts';
import type { Endpoint } from '../engine/connection-engine.ts';
import type { Opening } from '../engine/engine-listener.ts';
import { HandshakeError } from '../errors/handshake-error.ts';
import type { ClientOptions } from '../options/options.ts';
import type { WebSocketClientFactory } from '../protocol/client-factory.ts';
import type { WebSocketClientProtocol } from '../protocol/client-protocol.ts';
import { log } from '../support/log.ts';
import {
  type ClientRequest,
  checkUpgradeResponse,
  createClientRequest,
  type UpgradeResponse,
} from './client-handshake.ts';
import { acceptResponse, clientExtensions } from './compression-negotiation.ts';
import { gone } from './opening-error.ts';
import { checkConnectResponse, formatConnectRequest } from './proxy-connect.ts';
import { RefusalBody } from './refusal-body.ts';
import { type ResponseHead, ResponseHeadParser } from './response-head.ts';

interface Refusal {
  readonly error: HandshakeError;
  readonly body: RefusalBody;
}

type Phase = 'asking' | 'proxy' | 'response' | 'answering';

/** The opening handshake of one client connection. */
export class ClientOpening implements Opening {
  readonly #endpoint: Endpoint;
  readonly #protocol: WebSocketClientProtocol;
  readonly #factory: WebSocketClientFactory;
  #phase: Phase = 'asking';
  #parser: ResponseHeadParser;
  #sent: ClientRequest | null = null;
  /** Came before it was asked for. */
  #rest: Uint8Array = EMPTY_BYTES;
  #refusal: Refusal | null = null;

  constructor(endpoint: Endpoint, protocol: WebSocketClientProtocol, factory: WebSocketClientFactory) {
    this.#endpoint = endpoint;
    this.#protocol = protocol;
    this.#factory = factory;
    this.#parser = this.#createParser();
  }

  get #options(): ClientOptions {
    return this.#endpoint.options as ClientOptions;
  }

  start(): void {
    const { proxy, hostname, port } = this.#factory;
    if (proxy === null) {
      this.#ask();
      return;
    }
    this.#phase = 'proxy';
    this.#endpoint.closing.state = 'proxy-connecting';
    // A Unix domain socket, which has no port, is never reached through a proxy.
    this.#endpoint.sendHandshake(formatConnectRequest({ ...proxy, host: hostname, port: port as number }));
  }

  onData(bytes: Uint8Array): void {
    if (this.#refusal !== null) this.#onBody(bytes, this.#refusal);
    else if (this.#phase === 'asking' || this.#phase === 'answering') this.#rest = concatBytes([this.#rest, bytes]);
    else this.#onHead(bytes);
  }

  /** There will be no connection (RFC 6455, 7.1.7: nothing is left to be said). */
  onFailed(error: unknown): void {
    this.#note(error);
    this.#protocol.settleOpened({ error });
    this.#endpoint.closing.drop(true);
  }

  onGone(info: CloseInfo): void {
    if (this.#refusal === null) this.#protocol.settleOpened({ error: gone(info) });
    else this.#refuse(this.#refusal);
  }

  #onHead(bytes: Uint8Array): void {
    const consumed = this.#parser.push(bytes);
    const { head } = this.#parser;
    if (head === null) return;
    const rest = bytes.slice(consumed);
    if (this.#phase === 'proxy') this.#onProxy(head, rest);
    else this.#onResponse(head, rest);
  }

  /** The proxy has answered: from here on the server is at the other end. */
  #onProxy(head: ResponseHead, rest: Uint8Array): void {
    checkConnectResponse(head);
    this.#phase = 'asking';
    this.#parser = this.#createParser();
    this.#endpoint.closing.state = 'connecting';
    if (!this.#factory.isSecure) {
      this.#rest = rest;
      this.#ask();
      return;
    }
    // Nobody has proved to be the server yet: these bytes must not be taken for what comes out of TLS.
    if (rest.length > 0)
      throw new HandshakeError('ERR_PROXY', { status: null, message: 'data from the proxy before TLS' });
    this.#endpoint.startTls().then(
      () => this.#endpoint.ifConnecting(() => this.#ask()),
      cause => {
        this.#endpoint.ifConnecting(() => {
          throw new HandshakeError('ERR_PROXY', { status: null, message: 'no TLS through the proxy', cause });
        });
        this.#endpoint.onClose();
      },
    );
  }

  /** Asks the application what to ask the server for. */
  #ask(): void {
    this.#endpoint.ask(
      () => this.#protocol.onConnecting(this.#protocol.transportDetails),
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
    const { isSecure } = this.#factory;
    const { version, perMessageCompressionOffers: offers } = this.#options;
    const { random } = this.#protocol.platform;
    const connecting = answer ?? this.#factory.connectingRequest();
    this.#sent = createClientRequest({ connecting, version: version < 13 ? 8 : 13, isSecure, offers, random });
    this.#phase = 'response';
    this.#endpoint.sendHandshake(this.#sent.bytes);
    const rest = this.#rest;
    this.#rest = EMPTY_BYTES;
    if (rest.length > 0) this.#onHead(rest);
  }

  #onResponse(head: ResponseHead, rest: Uint8Array): void {
    const options = this.#options;
    const { digest } = this.#protocol.platform;
    let upgrade: UpgradeResponse;
    try {
      const extensions = clientExtensions(options, this.#factory.extensions);
      upgrade = checkUpgradeResponse(head, this.#sent!, digest, extensions);
    } catch (error) {
      if (!(error instanceof HandshakeError) || error.code !== 'ERR_STATUS') throw error;
      this.#refusal = { error, body: new RefusalBody(head) };
      this.#note(error);
      this.#onBody(rest, this.#refusal);
      return;
    }
    this.#phase = 'answering';
    this.#rest = rest;
    this.#confirm(upgrade);
  }

  /** The server has agreed: now the application. */
  #confirm({ headers, version, protocol, compression: response }: UpgradeResponse): void {
    const compression = response === null ? null : acceptResponse(response, this.#options, this.#protocol.platform);
    if (response !== null && compression === null) {
      throw new HandshakeError('ERR_EXTENSION_RESPONSE', { status: 101, headers });
    }
    // From here on it is freed with the connection.
    this.#endpoint.compression = compression;
    const extensions = compression === null ? [] : [{ name: compression.extensionName, ...compression.toJSON() }];
    const { peer } = this.#protocol;
    this.#protocol.subprotocol = protocol;
    const open = (refusal?: { readonly error: unknown }): void => {
      // The application may have dropped the connection instead of answering.
      if (this.#endpoint.state !== 'connecting') return;
      if (refusal !== undefined) this.#protocol.settleOpened(refusal);
      this.#endpoint.open(compression, this.#rest, refusal);
    };
    const result = new ConnectionResponse({ peer, headers, version, protocol, extensions });
    this.#protocol.response = result;
    this.#endpoint.ask(
      () => this.#protocol.onConnect(result),
      () => open(),
      error => open({ error }),
    );
  }

  /** The server refuses: the body says why, perhaps. */
  #onBody(bytes: Uint8Array, refusal: Refusal): void {
    if (!refusal.body.push(bytes)) return;
    this.#refuse(refusal);
    this.#endpoint.closing.drop(true);
  }

  #refuse({ error, body }: Refusal): void {
    error.body ??= body.take();
    this.#protocol.settleOpened({ error });
  }

  #note(error: unknown): void {
    const { closing } = this.#endpoint;
    closing.error = error;
    closing.notCleanReason = error instanceof Error ? error.message : 'the opening handshake failed';
    log(this.#protocol.platform, 'info', 'handshake-failed', error);
  }

  #createParser(): ResponseHeadParser {
    return new ResponseHeadParser(this.#endpoint.options.maxHandshakeSize);
  }
}
