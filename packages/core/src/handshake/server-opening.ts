// A server's opening handshake as it happens: bytes in, the application asked, the answer out.

import { ConnectionAccept, ConnectionDeny, ConnectionRequest, type HeaderInit } from '@ws/types';
import { concatBytes, EMPTY_BYTES, encodeText } from '@ws/util/primitives';
import type { CloseInfo } from '../closing/close-info.ts';
import type { Endpoint } from '../engine/connection-engine.ts';
import type { Opening } from '../engine/engine-listener.ts';
import { HandshakeError } from '../errors/handshake-error.ts';
import type { ServerOptions } from '../options/options.ts';
import type { WebSocketServerFactory } from '../protocol/server-factory.ts';
import type { WebSocketServerProtocol } from '../protocol/server-protocol.ts';
import { log } from '../support/log.ts';
import { acceptOffers } from './compression-negotiation.ts';
import { FLASH_POLICY_REQUEST_LENGTH, matchFlashPolicyRequest } from './flash-policy.ts';
import { gone } from './opening-error.ts';
import { formatRejection } from './rejection.ts';
import { type RequestHead, RequestHeadParser } from './request-head.ts';
import { checkUpgradeRequest, formatAcceptResponse, type UpgradeRequest } from './server-handshake.ts';
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

/** A request that somebody else has read already. */
export interface GivenRequest {
  /** @throws HandshakeError when it is malformed */
  createHead(): RequestHead;
  /** Frames that came with it. */
  readonly rest: Uint8Array;
}

/** The opening handshake of one connection to a server. */
export class ServerOpening implements Opening {
  readonly #endpoint: Endpoint;
  readonly #protocol: WebSocketServerProtocol;
  readonly #factory: WebSocketServerFactory;
  readonly #parser: RequestHeadParser;
  /** Of a Flash policy request, how much has been seen; -1: it is not one. */
  #flash: number;
  /** Frames that came with the request. */
  #rest: Uint8Array = EMPTY_BYTES;
  readonly #given: GivenRequest | null;
  #isAnswering = false;

  constructor(
    endpoint: Endpoint,
    protocol: WebSocketServerProtocol,
    factory: WebSocketServerFactory,
    given: GivenRequest | null,
  ) {
    this.#endpoint = endpoint;
    this.#protocol = protocol;
    this.#factory = factory;
    this.#parser = new RequestHeadParser(endpoint.options.maxHandshakeSize);
    this.#flash = this.#options.serveFlashSocketPolicy ? 0 : -1;
    this.#given = given;
    if (given === null) return;
    this.#rest = new Uint8Array(given.rest);
    endpoint.stats.preopenIncomingOctetsWireLevel += given.rest.length;
  }

  get #options(): ServerOptions {
    return this.#endpoint.options as ServerOptions;
  }

  start(): void {
    const given = this.#given;
    if (given !== null) this.#onRequest(given.createHead());
  }

  onData(bytes: Uint8Array): void {
    // A stream may have something left to say although it was stopped.
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
      // The answer that the application wanted cannot be: a header breaks the grammar.
      this.#reject(internalError(cause));
    }
  }

  /** Answers with the status of the failure. What is not the client's fault is not for it to see. */
  #reject(failure: HandshakeError): void {
    const { closing } = this.#endpoint;
    const isOurs = failure.code === 'ERR_INTERNAL';
    const { status, reason, headers, body } = failure;
    const { server } = this.#factory;
    const answer = formatRejection({ status: Number(status), reason: isOurs ? null : reason, headers, server, body });
    closing.error = failure;
    closing.notCleanReason = failure.message;
    log(this.#protocol.platform, isOurs ? 'error' : 'info', 'handshake-failed', isOurs ? failure.cause : failure);
    this.#protocol.settleOpened({ error: failure });
    this.#finish(answer);
  }

  onGone(info: CloseInfo): void {
    this.#protocol.settleOpened({ error: gone(info) });
  }

  /** @returns whether the policy request is still possible, or was it */
  #followFlash(bytes: Uint8Array): boolean {
    const before = this.#flash;
    this.#flash = matchFlashPolicyRequest(bytes, before);
    if (this.#flash < 0) {
      // What looked like one so far begins no HTTP request either.
      if (before > 0) throw new HandshakeError('ERR_HTTP_SYNTAX');
      return false;
    }
    if (this.#flash === FLASH_POLICY_REQUEST_LENGTH) {
      this.#endpoint.closing.notCleanReason = 'the Flash policy was served';
      this.#endpoint.sendHandshake(encodeText(this.#options.flashSocketPolicy));
      this.#protocol.servedFlashPolicy = true;
      this.#endpoint.closing.drop(false);
    }
    return true;
  }

  #onRequest(head: RequestHead): void {
    this.#isAnswering = true;
    const options = this.#options;
    const upgrade = checkUpgradeRequest(head, this.#factory.upgradePolicy(options));
    if (upgrade === null) {
      this.#endpoint.closing.notCleanReason = 'the status page was served';
      this.#finish(formatStatusPage(this.#factory.server));
      return;
    }
    if (this.#protocol.isGoingAway || !this.#factory.hasRoom(options))
      throw new HandshakeError('ERR_TOO_MANY_CONNECTIONS', { status: 503 });
    if (upgrade.forwardedFor !== null) this.#protocol.peer = upgrade.forwardedFor;
    this.#ask(upgrade);
  }

  /** Asks the application; it may take its time, during which nothing is read. */
  #ask(upgrade: UpgradeRequest): void {
    const { peer } = this.#protocol;
    const request = new ConnectionRequest({ ...upgrade, peer }, true);
    this.#protocol.request = request;
    this.#protocol.resource = upgrade.resource;
    this.#endpoint.ask(
      () => this.#protocol.onConnect(request),
      answer => this.#accept(upgrade, answer),
      error => this.#refuse(error),
    );
  }

  #accept(upgrade: UpgradeRequest, answer: unknown): void {
    // The application may have dropped the connection instead of answering.
    if (this.#endpoint.state !== 'connecting') return;
    if (this.#protocol.isGoingAway) throw new HandshakeError('ERR_TOO_MANY_CONNECTIONS', { status: 503 });
    const { subprotocol, headers } = readAnswer(answer);
    if (subprotocol !== null && !upgrade.protocols.includes(subprotocol)) {
      throw new RangeError(`onConnect chose the subprotocol ${subprotocol}, which the client did not offer`);
    }
    const factory = this.#factory;
    const { platform } = this.#protocol;
    const agreed = acceptOffers(upgrade.extensions, this.#options, factory.extensions, platform);
    // From here on it is freed with the connection.
    this.#endpoint.compression = agreed === null ? null : agreed.compression;
    const response = formatAcceptResponse(
      {
        key: upgrade.key,
        protocol: subprotocol,
        extensions: agreed === null ? null : agreed.extensionString,
        server: factory.server,
        headers: [factory.headers, headers],
      },
      platform.digest,
    );
    this.#protocol.subprotocol = subprotocol;
    this.#endpoint.sendHandshake(response);
    this.#endpoint.open(this.#endpoint.compression, this.#rest);
  }

  /**
   * The application does not want the connection: by a ConnectionDeny, or by a HandshakeError ERR_DENIED where there is
   * more to say. Any other error is not for the client to see.
   */
  #refuse(error: unknown): void {
    // It may have dropped the connection as well.
    if (this.#endpoint.state !== 'connecting') return;
    if (error instanceof HandshakeError && error.code === 'ERR_DENIED') throw error;
    if (!(error instanceof ConnectionDeny)) throw internalError(error);
    throw new HandshakeError('ERR_DENIED', { status: error.code, reason: error.reason, cause: error });
  }

  /** Sends an answer other than 101: the connection ends with it. */
  #finish(answer: Uint8Array): void {
    this.#endpoint.sendHandshake(answer);
    this.#endpoint.closing.drop(false);
  }
}

function internalError(cause: unknown): HandshakeError {
  return new HandshakeError('ERR_INTERNAL', { status: 500, cause });
}

function readAnswer(answer: unknown): { subprotocol: string | null; headers: HeaderInit | null } {
  if (answer instanceof ConnectionAccept) return answer;
  const pair: readonly unknown[] = Array.isArray(answer) ? answer : [answer ?? null];
  const [subprotocol = null, headers = null] = pair;
  // Checks both.
  return new ConnectionAccept(subprotocol as string | null, headers as HeaderInit | null);
}
