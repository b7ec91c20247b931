// A client's session as the router has it: its joining and leaving, and its requests.

import type { Timer } from '@ws/types';
import { CloseUri, ErrorUri } from '../error-uris.ts';
import { ApplicationError, ProtocolError, SerializationError } from '../errors.ts';
import { type Authenticate, Challenge } from '../messages/auth-messages.ts';
import { type IMessage, MessageType } from '../messages/message.ts';
import type { AnyMessage } from '../messages/message-types.ts';
import { Abort, Goodbye, type Hello, Welcome } from '../messages/session-messages.ts';
import type { ITransport, ITransportHandler } from '../transport/interfaces.ts';
import { type AuthChallenge, type AuthGrant, type AuthRequest, isChallenge } from './authentication.ts';
import { ROUTER_FEATURES } from './features.ts';
import { randomName } from './ids.ts';
import type { SessionInfo } from './member.ts';
import type { Realm } from './realm.ts';
import { RealmSession } from './realm-session.ts';
import type { RouterCore } from './router-core.ts';

/** Joining: the client has been challenged. */
interface Pending {
  readonly request: AuthRequest;
  readonly challenge: AuthChallenge;
  readonly hello: Hello;
}

/** The router's end of one connection. */
export class RouterSession implements ITransportHandler {
  readonly #router: RouterCore;
  #transport: ITransport | null = null;
  #pending: Pending | null = null;
  #joined: RealmSession | null = null;
  #isGoodbyeSent = false;
  #timer: Timer | null = null;
  /** A hook of the router's owner has not decided yet, a publication has not reached all, or answers are not read. */
  #isHeld = false;
  /** Messages that came meanwhile, and the place of the next. */
  #held: AnyMessage[] = [];
  #nextHeld = 0;

  constructor(router: RouterCore) {
    this.#router = router;
  }

  /** For the transport. */
  onOpen(transport: ITransport): void {
    this.#transport = transport;
    this.#router.sessions.add(this);
    this.#startTimer();
  }

  /** For the transport. */
  onClose(): void {
    this.#transport = null;
    this.#forgetHeld();
    this.#stopTimer();
    this.#leaveRealm();
    this.#router.sessions.delete(this);
  }

  /** For the transport. */
  onMessage(message: AnyMessage): void {
    // While those that were held have their turn, one that comes is the last.
    if (this.#isHeld || this.#held.length > 0) this.#held.push(message);
    else this.#handle(message);
  }

  /** Says goodbye, and closes when the client has, or after a while. */
  kill(reason: string, message: string | null): void {
    const transport = this.#transport;
    if (transport === null || this.#isGoodbyeSent) return;
    if (this.#joined === null) {
      this.#refuse(reason, message ?? 'the router is closing');
      return;
    }
    this.#leaveRealm();
    this.#isGoodbyeSent = true;
    try {
      this.#send(new Goodbye(message === null ? {} : { message }, reason));
    } catch {
      // The words may be another session's, and of a kind that this one cannot be written.
      this.#send(new Goodbye({}, CloseUri.killed));
    }
    this.#startTimer();
  }

  #handle(message: AnyMessage): void {
    try {
      const decision = this.#dispatch(message);
      if (decision !== undefined) this.#hold(decision);
      else if (this.#transport !== null && this.#transport.bufferedAmount > this.#router.limits.maxUnreadAmount) {
        this.#awaitReader(this.#transport);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #dispatch(message: AnyMessage): PromiseLike<void> | undefined {
    if (this.#isGoodbyeSent) {
      // What the client had sent before it heard of our goodbye is of no interest.
      if (message.messageType === MessageType.GOODBYE) this.#close();
      return undefined;
    }
    switch (message.messageType) {
      case MessageType.GOODBYE:
        if (this.#joined === null) break;
        this.#leaveRealm();
        this.#send(new Goodbye({}, CloseUri.goodbyeAndOut));
        this.#startTimer();
        return undefined;
      case MessageType.HELLO:
        if (this.#joined !== null || this.#pending !== null) break;
        return this.#onHello(message);
      case MessageType.AUTHENTICATE:
        if (this.#pending === null) break;
        return this.#onAuthenticate(message, this.#pending);
      case MessageType.ABORT:
        if (this.#joined !== null) break;
        this.#close();
        return undefined;
      default:
        if (this.#joined !== null) return this.#joined.onMessage(message);
    }
    throw new ProtocolError(`a message of type ${message.messageType} may not come now`);
  }

  // ---- joining

  #onHello(hello: Hello): PromiseLike<void> | undefined {
    const name = hello.realm ?? this.#router.onlyRealm;
    const realm = name === null ? undefined : this.#router.realms.get(name);
    if (realm === undefined) {
      this.#refuse(ErrorUri.noSuchRealm, `there is no realm ${name ?? ''}`);
      return undefined;
    }
    const { authmethods = [], authid = null, authrole = null, authextra = null } = hello.details;
    const request: AuthRequest = {
      realm: realm.name,
      session: realm.nextId(),
      authmethods,
      authid,
      authrole,
      authextra,
      transport: this.#transport!,
      nonce: randomName(this.#router.random),
    };
    const { authenticate } = this.#router;
    if (authenticate === undefined) {
      this.#welcome(realm, request, hello, {}, 'anonymous');
      return undefined;
    }
    return this.#decide(async () => {
      const decision = await authenticate(request);
      if (decision === null) this.#refuse(ErrorUri.authenticationFailed, 'the client may not join');
      else if (isChallenge(decision)) {
        this.#pending = { request, challenge: decision, hello };
        this.#send(new Challenge(decision.method, decision.extra ?? {}));
      } else this.#welcome(realm, request, hello, decision, 'anonymous');
    });
  }

  #onAuthenticate(message: Authenticate, { request, challenge, hello }: Pending): PromiseLike<void> {
    this.#pending = null;
    return this.#decide(async () => {
      const grant = await challenge.verify(message.signature, message.extra);
      const realm = this.#router.realms.get(request.realm)!;
      if (grant === null) this.#refuse(ErrorUri.authenticationFailed, 'the signature is not valid');
      else
        this.#welcome(realm, request, hello, { ...grant, authid: grant.authid ?? claimed(request) }, challenge.method);
    });
  }

  /** What a hook throws is a refusal. */
  async #decide(decide: () => Promise<void>): Promise<void> {
    try {
      await decide();
    } catch (error) {
      if (error instanceof ApplicationError) {
        const [text] = error.args;
        this.#refuse(error.error, typeof text === 'string' ? text : 'the client may not join');
      } else {
        this.#router.report('wamp-authenticate-failed', error);
        this.#refuse(ErrorUri.authenticationFailed, 'authentication failed');
      }
    }
  }

  #welcome(realm: Realm, request: AuthRequest, hello: Hello, grant: AuthGrant, method: string): void {
    if (!this.#transport?.isOpen()) return;
    const info: SessionInfo = {
      session: request.session,
      realm: realm.name,
      authid: grant.authid ?? randomName(this.#router.random),
      authrole: grant.authrole ?? 'anonymous',
      authmethod: grant.authmethod ?? method,
      authprovider: grant.authprovider ?? 'static',
    };
    const { session, ...said } = info;
    const extra = grant.authextra === undefined ? {} : { authextra: grant.authextra };
    this.#stopTimer();
    try {
      this.#send(new Welcome(session, { ...said, ...extra, roles: ROUTER_FEATURES }));
    } catch (error) {
      if (!(error instanceof SerializationError)) throw error;
      this.#refuse(ErrorUri.invalidPayload, error.message);
      return;
    }
    const joined = new RealmSession(
      realm,
      info,
      hello.details.roles,
      this.#transport,
      this.#router,
      (reason, message) => this.kill(reason, message),
    );
    this.#joined = joined;
    realm.join(joined);
  }

  // ---- waiting for hooks

  /** A client that does not read what it is sent has nothing more done for it meanwhile. */
  #awaitReader(transport: ITransport): void {
    const drained = transport.drained?.();
    // Where the connection is gone, the transport says so in another way.
    if (drained !== undefined) this.#hold(drained.then(undefined, () => undefined));
  }

  /** While a hook decides, and the like, messages wait: what a client sends is done in its order. */
  #hold(decision: PromiseLike<void>): void {
    this.#isHeld = true;
    this.#transport?.pauseReceiving?.();
    const goOn = (): void => {
      if (this.#transport === null) return;
      this.#isHeld = false;
      // A batch holds thousands, and each may have to wait for the hook again: none is moved.
      while (this.#nextHeld < this.#held.length && !this.#isHeld) this.#handle(this.#held[this.#nextHeld++]!);
      if (this.#isHeld) return;
      this.#forgetHeld();
      this.#transport?.resumeReceiving?.();
    };
    decision.then(goOn, error => {
      this.#fail(error);
      goOn();
    });
  }

  #forgetHeld(): void {
    this.#held = [];
    this.#nextHeld = 0;
  }

  // ---- leaving

  #leaveRealm(): void {
    const joined = this.#joined;
    this.#joined = null;
    this.#pending = null;
    joined?.leave();
  }

  #refuse(reason: string, message: string): void {
    this.#pending = null;
    this.#send(new Abort({ message }, reason));
    this.#close();
  }

  #fail(error: unknown): void {
    if (error instanceof ProtocolError) this.#send(new Abort({ message: error.message }, ErrorUri.protocolViolation));
    else this.#router.report('wamp-session-failed', error);
    this.#leaveRealm();
    if (this.#transport?.isOpen()) this.#transport.fail(error);
  }

  #close(): void {
    this.#stopTimer();
    if (this.#transport?.isOpen()) this.#transport.close();
  }

  #send(message: IMessage): void {
    if (this.#transport?.isOpen()) this.#transport.send(message);
  }

  /** The client has a while to join, or to close. */
  #startTimer(): void {
    this.#stopTimer();
    const { joinTimeout, clock } = this.#router;
    if (joinTimeout === 0) return;
    this.#timer = clock.setTimer(joinTimeout, () => {
      if (this.#isGoodbyeSent) this.#close();
      else this.#refuse(ErrorUri.timeout, 'the client has not joined');
    });
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}

/** Who the client said it is, which counts once it has passed a challenge. */
function claimed({ authid }: AuthRequest): string | undefined {
  return authid ?? undefined;
}
