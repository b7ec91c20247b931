// A session of a client: it joins a realm, and is caller, callee, publisher and subscriber there.

import { webPlatform } from '@ws/util/primitives';
import { CloseUri, ErrorUri } from '../error-uris.ts';
import { ApplicationError, type Args, type Kwargs, ProtocolError, SessionNotReady, TransportLost } from '../errors.ts';
import { Authenticate, type Challenge } from '../messages/auth-messages.ts';
import { type IMessage, MessageType } from '../messages/message.ts';
import type { AnyMessage } from '../messages/message-types.ts';
import { Abort, Goodbye, type Welcome } from '../messages/session-messages.ts';
import type { ITransport, ITransportHandler } from '../transport/interfaces.ts';
import { isRealmName } from '../uri.ts';
import { type Abortable, abortable } from './abortable.ts';
import { checkUri } from './arguments.ts';
import type { Endpoint, Registration } from './callee.ts';
import { createHello, type JoinOptions, type SessionConfig } from './config.ts';
import { type CloseDetails, type SessionDetails, sessionDetails } from './details.ts';
import { type ErrorClass, ErrorClasses } from './error-classes.ts';
import type { CallOptions, PublishOptions, RegisterOptions, SubscribeOptions } from './options.ts';
import type { IPayloadCodec } from './payload-codec.ts';
import type { Publication } from './publisher.ts';
import { RequestIds } from './requests.ts';
import { SessionRoles } from './roles.ts';
import { SessionHooks } from './session-hooks.ts';
import { Settled } from './settled.ts';
import type { EventHandler, Subscription } from './subscriber.ts';

/**
 * A session: extend it, or make one and await `joined`.
 *
 * @example
 * const session = new ApplicationSession({ realm: 'realm1' });
 * await connectWS(new WampWebSocketClientFactory(session, { url }));
 * await session.joined;
 * console.log(await session.call('com.example.add', [2, 3]));
 */
export class ApplicationSession extends SessionHooks implements ITransportHandler {
  transport: ITransport | null = null;
  /** `null` while there is no session. */
  sessionDetails: SessionDetails | null = null;
  #codec: IPayloadCodec | null = null;
  #realm: string | null = null;
  #isGoodbyeSent = false;
  #isWelcoming = false;
  /** Changes with each WELCOME, and each end: what a hook answers later is of no use any more. */
  #stage = 0;
  #requests: RequestIds = new RequestIds();
  #joined: Settled<SessionDetails> = new Settled();
  #left: Settled<CloseDetails> = new Settled();
  readonly #errors: ErrorClasses = new ErrorClasses();
  readonly #roles: SessionRoles;

  constructor(config: SessionConfig = {}) {
    super(config);
    const session = this;
    this.#roles = new SessionRoles({
      send: message => this.#sendJoined(message),
      nextRequest: () => this.#requests.next(),
      clock: config.clock ?? webPlatform.clock,
      get codec() {
        return session.#codec;
      },
      reportUserError: (error, message) => this.onUserError(error, message),
      errorFor: error => this.#errors.toWire(error),
      errorFrom: (uri, args, kwargs) => this.#errors.fromWire(uri, args, kwargs),
    });
  }

  // ---- state

  get isConnected(): boolean {
    return this.transport !== null;
  }

  /** Whether there is a session. */
  get isAttached(): boolean {
    return this.sessionDetails !== null;
  }

  /** Resolves when the session has begun; rejects with an ApplicationError, or TransportLost, when it does not. */
  get joined(): Promise<SessionDetails> {
    return this.#joined.promise;
  }

  /** Resolves when the session has ended, however that was. */
  get left(): Promise<CloseDetails> {
    return this.#left.promise;
  }

  // ---- life

  /**
   * Asks to join a realm.
   *
   * @throws TypeError, RangeError; SessionNotReady when joined already; TransportLost; ApplicationError when refused
   */
  override async join(realm: string | null, options: JoinOptions = {}): Promise<SessionDetails> {
    if (realm !== null && typeof realm !== 'string') throw new TypeError('realm must be a string');
    if (realm !== null && !isRealmName(realm)) throw new RangeError(`${JSON.stringify(realm)} names no realm`);
    if (options.signal?.aborted) throw options.signal.reason;
    if (this.transport === null) throw new TransportLost();
    if (this.#realm !== null || this.sessionDetails !== null)
      throw new SessionNotReady('the session has joined already');
    if (this.#joined.isSettled) this.#joined = new Settled();
    if (this.#left.isSettled) this.#left = new Settled();
    this.#realm = realm ?? '';
    this.#isGoodbyeSent = false;
    try {
      this.transport.send(createHello(realm, options, this.config.authenticators));
    } catch (error) {
      this.#realm = null;
      this.#joined.reject(error);
      throw error;
    }
    return abortable(
      options.signal,
      () => this.joined,
      () => this.leave(),
    );
  }

  /**
   * Ends the session. Resolves when the router has said goodbye, or is gone.
   *
   * @throws SessionNotReady; RangeError for a reason that is no URI; the signal's reason, and it leaves all the same
   */
  async leave(
    reason: string = CloseUri.normal,
    message: string | null = null,
    { signal }: Abortable = {},
  ): Promise<CloseDetails> {
    checkUri('reason', reason);
    if (this.sessionDetails === null) throw new SessionNotReady('there is no session to leave');
    const { left } = this;
    if (!this.#isGoodbyeSent) {
      this.#isGoodbyeSent = true;
      this.transport!.send(new Goodbye(message === null ? {} : { message }, reason));
    }
    return abortable(
      signal,
      () => left,
      () => undefined,
    );
  }

  /** Closes the transport; does nothing when it is not open. */
  override disconnect(): void {
    if (this.transport?.isOpen()) this.transport.close();
  }

  // ---- roles

  /**
   * Calls a procedure. One value is returned as it is, none as `null`, more or keywords as a `CallResult`.
   *
   * @throws ApplicationError with the URI of what went wrong (or what `define` has made of it); the signal's reason;
   * SessionNotReady, TransportLost, SerializationError, TypeError, RangeError
   */
  call<Value = unknown>(
    procedure: string,
    args: Args | null = null,
    kwargs: Kwargs | null = null,
    options: CallOptions = {},
  ): Promise<Value> {
    return this.#roles.caller.call(procedure, args, kwargs, options) as Promise<Value>;
  }

  /** Offers a procedure. @throws ApplicationError, SessionNotReady, TransportLost, TypeError, RangeError */
  register(procedure: string, endpoint: Endpoint, options: RegisterOptions = {}): Promise<Registration> {
    const register = (): Promise<Registration> => this.#roles.callee.register(procedure, endpoint, options);
    return abortable(options.signal, register, registration => registration.unregister());
  }

  /**
   * Publishes an event.
   *
   * @returns what the broker made of it, with `acknowledge`; else `null`, as soon as it is on its way
   * @throws ApplicationError, SessionNotReady, TransportLost, SerializationError, TypeError, RangeError
   */
  publish(
    topic: string,
    args: Args | null = null,
    kwargs: Kwargs | null = null,
    options: PublishOptions = {},
  ): Promise<Publication | null> {
    const publish = (): Promise<Publication | null> => this.#roles.publisher.publish(topic, args, kwargs, options);
    return abortable(options.signal, publish, () => undefined);
  }

  /** Has a handler called with events. @throws ApplicationError, SessionNotReady, TransportLost, TypeError, RangeError */
  subscribe(topic: string, handler: EventHandler, options: SubscribeOptions = {}): Promise<Subscription> {
    const subscribe = (): Promise<Subscription> => this.#roles.subscriber.subscribe(topic, handler, options);
    return abortable(options.signal, subscribe, subscription => subscription.unsubscribe());
  }

  /** Errors of that class go out with that URI, and errors with that URI come in as that class. */
  define(errorClass: ErrorClass, uri: string): void {
    this.#errors.define(errorClass, uri);
  }

  /** Encodes payloads from now on, so that the router cannot read them; `null`: no more. */
  setPayloadCodec(codec: IPayloadCodec | null): void {
    this.#codec = codec;
  }

  getPayloadCodec(): IPayloadCodec | null {
    return this.#codec;
  }

  // ---- for the transport

  /** For the transport. */
  onOpen(transport: ITransport): unknown {
    this.transport = transport;
    return this.onConnect();
  }

  /** For the transport. @throws ProtocolError */
  onMessage(message: AnyMessage): unknown {
    if (this.sessionDetails !== null) return this.#onJoinedMessage(message);
    if (this.#realm === null || this.#isWelcoming) throw unexpected(message);
    switch (message.messageType) {
      case MessageType.WELCOME:
        return this.#onWelcome(message);
      case MessageType.CHALLENGE:
        return this.#onChallenge(message);
      case MessageType.ABORT:
        this.#end(message.reason, message.details.message ?? null);
        return undefined;
      default:
        throw unexpected(message);
    }
  }

  /** For the transport. */
  onClose(wasClean: boolean): unknown {
    if (this.transport === null) return undefined;
    const wasJoining = this.#realm !== null;
    this.transport = null;
    if (wasJoining) this.#end(CloseUri.transportLost, null);
    else {
      this.#joined.reject(new TransportLost());
      this.#left.resolve({ reason: CloseUri.transportLost, message: null });
    }
    return this.onDisconnect(wasClean);
  }

  #onJoinedMessage(message: AnyMessage): unknown {
    if (message.messageType !== MessageType.GOODBYE) {
      if (!this.#roles.onMessage(message)) throw unexpected(message);
      return undefined;
    }
    if (!this.#isGoodbyeSent) {
      this.#isGoodbyeSent = true;
      this.transport!.send(new Goodbye({}, CloseUri.goodbyeAndOut));
    }
    this.#end(message.reason, message.details.message ?? null);
    return undefined;
  }

  async #onChallenge(challenge: Challenge): Promise<void> {
    const stage = this.#stage;
    try {
      const answer = await this.onChallenge(challenge);
      if (stage !== this.#stage) return;
      const { signature, extra = {} } = typeof answer === 'string' ? { signature: answer } : answer;
      if (typeof signature !== 'string') throw new TypeError('onChallenge must return a signature');
      this.transport!.send(new Authenticate(signature, extra));
    } catch (error) {
      this.onUserError(error, 'while answering a challenge');
      if (stage === this.#stage) this.#abort(ErrorUri.cannotAuthenticate, 'the challenge cannot be answered');
    }
  }

  async #onWelcome(welcome: Welcome): Promise<void> {
    this.#isWelcoming = true;
    this.#stage++;
    const stage = this.#stage;
    const realm = this.#realm === '' ? null : this.#realm;
    try {
      const verdict = this.onWelcome(welcome);
      // Without a promise there is no turn in which a message of the session could come too early.
      const refusal = isThenable(verdict) ? await verdict : verdict;
      if (stage !== this.#stage) return;
      if (refusal != null) {
        this.#abort(ErrorUri.cannotAuthenticate, refusal);
        return;
      }
    } catch (error) {
      this.onUserError(error, 'in onWelcome');
      if (stage === this.#stage) this.#abort(ErrorUri.cannotAuthenticate, 'the welcome was not accepted');
      return;
    }
    this.#isWelcoming = false;
    const details = sessionDetails(welcome, realm, this.transport!);
    this.#requests = new RequestIds();
    this.sessionDetails = details;
    this.#joined.resolve(details);
    try {
      await this.onJoin(details);
    } catch (error) {
      this.onUserError(error, 'in onJoin');
    }
  }

  #abort(reason: string, message: string): void {
    if (this.transport?.isOpen()) this.transport.send(new Abort({ message }, reason));
    this.#end(reason, message);
  }

  /** The session has ended, or will not begin. */
  #end(reason: string, message: string | null): void {
    const isLost = this.transport === null;
    const error = isLost ? new TransportLost() : new ApplicationError(reason, message === null ? [] : [message]);
    this.#stage++;
    this.#isWelcoming = false;
    this.sessionDetails = null;
    this.#realm = null;
    this.#roles.rejectAll(error);
    this.#joined.reject(error);
    const details: CloseDetails = { reason, message };
    this.#left.resolve(details);
    try {
      const result = this.onLeave(details);
      if (isThenable(result)) result.then(undefined, error => this.#onLeaveFailed(error));
    } catch (error) {
      this.#onLeaveFailed(error);
    }
  }

  /** Nobody waits for `onLeave`. Where it has not closed the transport, nobody else would. */
  #onLeaveFailed(error: unknown): void {
    const { transport } = this;
    this.onUserError(error, 'in onLeave');
    if (transport?.isOpen() && this.sessionDetails === null) transport.fail(error);
  }

  #sendJoined(message: IMessage): void {
    if (this.sessionDetails === null) throw new SessionNotReady('the session has not joined a realm');
    if (this.#isGoodbyeSent) throw new SessionNotReady('the session is leaving');
    this.transport!.send(message);
  }
}

function unexpected({ messageType }: AnyMessage): ProtocolError {
  return new ProtocolError(`a message of type ${messageType} may not come now`);
}

function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
