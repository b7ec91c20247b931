// Performs a server's opening handshake: reads the request, asks the application, sends the answer.

import {
  type CloseInfo,
  type CompressionExtension,
  ConnectionAccept,
  ConnectionDeny,
  ConnectionRequest,
  type HeaderInit,
  type Platform,
} from '@ws/types';
import { concatBytes, EMPTY_BYTES, encodeText } from '@ws/util/primitives';
import { HandshakeError } from '../errors/handshake-error.ts';
import type { ServerOptions } from '../options/options.ts';
import { log } from '../support/log.ts';
import { acceptOffers } from './compression-negotiation.ts';
import { FLASH_POLICY_REQUEST_LENGTH, matchFlashPolicyRequest } from './flash-policy.ts';
import { openingError } from './opening-error.ts';
import type { Opening, OpeningHost } from './opening-host.ts';
import { formatRejection } from './rejection.ts';
import { type RequestHead, RequestHeadParser } from './request-head.ts';
import {
  checkUpgradeRequest,
  formatAcceptResponse,
  type UpgradePolicy,
  type UpgradeRequest,
} from './server-handshake.ts';
import { formatStatusPage } from './status-page.ts';

/** What `onConnect` of a server may return. */
export type ConnectAnswer =
  | null
  | undefined
  | string
  | readonly []
  | readonly [subprotocol: string | null]
  | readonly [subprotocol: string | null, headers: HeaderInit | null]
  | ConnectionAccept;

/** A request that another parser has read already. */
export interface GivenRequest {
  /** @throws HandshakeError when the request is malformed */
  createHead(): RequestHead;
  /** Bytes of frames that came with the request. */
  readonly rest: Uint8Array;
}

/** What all connections to one server have in common. */
export interface ServerSettings {
  readonly platform: Platform;
  /** The `Server` header; `null`: none. */
  readonly server: string | null;
  /** More headers for the response. */
  readonly headers: HeaderInit;
  /** Compression extensions that are known by name. */
  readonly extensions: readonly CompressionExtension[];
  /** Whether one more connection may open. The connection that asks is counted already. */
  hasRoom(options: ServerOptions): boolean;
  upgradePolicy(options: ServerOptions): UpgradePolicy;
}

/** The application's side of one connection that is being opened. */
export interface ServerOpeningOwner {
  /** The client, such as `tcp4:127.0.0.1:52914`. */
  readonly peer: string;
  /** Whether the server refuses new connections. */
  readonly isGoingAway: boolean;
  /** A client wants to connect. @returns a {@link ConnectAnswer}, or a promise of one */
  onRequest(request: ConnectionRequest, resource: string): unknown;
  /** The response goes out: the connection is about to open. */
  onAccepted(subprotocol: string | null, extensions: string): void;
  /** There will be no connection. */
  onOpeningFailed(error: unknown): void;
  /** A Flash policy was asked for and served: there is no WebSocket connection. */
  onPolicyServed(): void;
}

/** The opening handshake of one connection to a server. */
export class ServerOpening implements Opening {
  readonly #host: OpeningHost;
  readonly #owner: ServerOpeningOwner;
  readonly #settings: ServerSettings;
  readonly #parser: RequestHeadParser;
  /** How many bytes of a Flash policy request have been seen; -1: the stream does not begin with one. */
  #flash: number;
  /** Bytes of frames that came with the request. */
  #rest: Uint8Array = EMPTY_BYTES;
  readonly #given: GivenRequest | null;
  #isAnswering = false;

  constructor(host: OpeningHost, owner: ServerOpeningOwner, settings: ServerSettings, given: GivenRequest | null) {
    this.#host = host;
    this.#owner = owner;
    this.#settings = settings;
    this.#parser = new RequestHeadParser(host.options.maxHandshakeSize);
    this.#flash = this.#options.serveFlashSocketPolicy ? 0 : -1;
    this.#given = given;
    if (given === null) return;
    this.#rest = new Uint8Array(given.rest);
    host.countReceived(given.rest.length);
  }

  get #options(): ServerOptions {
    return this.#host.options as ServerOptions;
  }

  start(): void {
    const given = this.#given;
    if (given !== null) this.#onRequest(given.createHead());
  }

  onData(bytes: Uint8Array): void {
    // A stream may still deliver bytes after it was paused.
    if (this.#isAnswering) {
      this.#rest = concatBytes([this.#rest, bytes]);
      return;
    }
    if (this.#flash >= 0 && this.#followFlash(bytes)) return;
    const consumed = this.#parser.push(bytes);
    const { head } = this.#parser;
    if (head === null) return;
    this.#rest = bytes.slice(consumed);
    this.#onRequest(head);
  }

  onFailed(error: unknown): void {
    try {
      this.#reject(error instanceof HandshakeError ? error : internalError(error));
    } catch (cause) {
      // The application's answer cannot be sent: a header of it breaks the grammar.
      this.#reject(internalError(cause));
    }
  }

  /** Answers with the status of the failure. The client does not see the reason of an internal error. */
  #reject(failure: HandshakeError): void {
    const isOurs = failure.code === 'ERR_INTERNAL';
    const { status, reason, headers, body } = failure;
    const { server, platform } = this.#settings;
    const answer = formatRejection({ status: Number(status), reason: isOurs ? null : reason, headers, server, body });
    this.#host.failOpening(failure.message, failure);
    log(platform, isOurs ? 'error' : 'info', 'handshake-failed', isOurs ? failure.cause : failure);
    this.#owner.onOpeningFailed(failure);
    this.#finish(answer);
  }

  onGone(info: CloseInfo): void {
    this.#owner.onOpeningFailed(openingError(info));
  }

  /** @returns whether the bytes are a Flash policy request, complete or so far */
  #followFlash(bytes: Uint8Array): boolean {
    const before = this.#flash;
    this.#flash = matchFlashPolicyRequest(bytes, before);
    if (this.#flash < 0) {
      // Bytes that have matched the start of a policy request cannot be the start of an HTTP request.
      if (before > 0) throw new HandshakeError('ERR_HTTP_SYNTAX');
      return false;
    }
    if (this.#flash === FLASH_POLICY_REQUEST_LENGTH) {
      this.#host.failOpening('the Flash policy was served');
      this.#host.send(encodeText(this.#options.flashSocketPolicy));
      this.#owner.onPolicyServed();
      this.#host.drop(false);
    }
    return true;
  }

  #onRequest(head: RequestHead): void {
    this.#isAnswering = true;
    const options = this.#options;
    const upgrade = checkUpgradeRequest(head, this.#settings.upgradePolicy(options));
    if (upgrade === null) {
      this.#host.failOpening('the status page was served');
      this.#finish(formatStatusPage(this.#settings.server));
      return;
    }
    if (this.#owner.isGoingAway || !this.#settings.hasRoom(options))
      throw new HandshakeError('ERR_TOO_MANY_CONNECTIONS', { status: 503 });
    this.#ask(upgrade);
  }

  /** Asks the application. Nothing is read until it has answered. */
  #ask(upgrade: UpgradeRequest): void {
    const peer = upgrade.forwardedFor ?? this.#owner.peer;
    const request = new ConnectionRequest({ ...upgrade, peer }, true);
    this.#host.ask(
      () => this.#owner.onRequest(request, upgrade.resource),
      answer => this.#accept(upgrade, answer),
      error => this.#refuse(error),
    );
  }

  #accept(upgrade: UpgradeRequest, answer: unknown): void {
    // The application may have dropped the connection instead of answering.
    if (this.#host.state !== 'connecting') return;
    if (this.#owner.isGoingAway) throw new HandshakeError('ERR_TOO_MANY_CONNECTIONS', { status: 503 });
    const { subprotocol, headers } = readAnswer(answer);
    if (subprotocol !== null && !upgrade.protocols.includes(subprotocol)) {
      throw new RangeError(`onConnect chose the subprotocol ${subprotocol}, which the client did not offer`);
    }
    const { platform, extensions, server, headers: usual } = this.#settings;
    const agreed = acceptOffers(upgrade.extensions, this.#options, extensions, platform);
    this.#host.useCompression(agreed === null ? null : agreed.compression);
    const response = formatAcceptResponse(
      {
        key: upgrade.key,
        protocol: subprotocol,
        extensions: agreed === null ? null : agreed.extensionString,
        server,
        headers: [usual, headers],
      },
      platform.digest,
    );
    this.#owner.onAccepted(subprotocol, agreed === null ? '' : agreed.extensionString);
    this.#host.send(response);
    this.#host.open(this.#rest);
  }

  /**
   * Refuses the connection as the application said: by a ConnectionDeny, or by a HandshakeError ERR_DENIED, which can
   * carry headers and a body. The client does not see the text of any other error.
   */
  #refuse(error: unknown): void {
    // The application may have dropped the connection as well.
    if (this.#host.state !== 'connecting') return;
    if (error instanceof HandshakeError && error.code === 'ERR_DENIED') throw error;
    if (!(error instanceof ConnectionDeny)) throw internalError(error);
    throw new HandshakeError('ERR_DENIED', { status: error.code, reason: error.reason, cause: error });
  }

  /** Sends an answer other than 101, then closes the connection. */
  #finish(answer: Uint8Array): void {
    this.#host.send(answer);
    this.#host.drop(false);
  }
}

function internalError(cause: unknown): HandshakeError {
  return new HandshakeError('ERR_INTERNAL', { status: 500, cause });
}

function readAnswer(answer: unknown): { subprotocol: string | null; headers: HeaderInit | null } {
  if (answer instanceof ConnectionAccept) return answer;
  const pair: readonly unknown[] = Array.isArray(answer) ? answer : [answer ?? null];
  const [subprotocol = null, headers = null] = pair;
  // The constructor checks the type of both.
  return new ConnectionAccept(subprotocol as string | null, headers as HeaderInit | null);
}
