// REGISTER, REGISTERED, UNREGISTER, UNREGISTERED: a registration's life.

import {
  type Forwarder,
  isBoolean,
  isForwardFor,
  isId,
  isPositive,
  isUriText,
  type OptionRows,
  oneOf,
  optionRows,
  type RawMessage,
} from '../checks.ts';
import type { MatchPolicy } from '../uri.ts';
import { MessageType, WampMessage } from './message.ts';
import {
  EndedMessage,
  type EndOptions,
  EndRequest,
  readConfirmation,
  readEnded,
  readEndRequest,
  readStandingRequest,
  StandingRequest,
} from './standing-messages.ts';

/** Who of several callees is called. */
export type InvocationPolicy = 'single' | 'first' | 'last' | 'roundrobin' | 'random';

/** Options of {@link Register}. */
export interface RegisterOptions {
  /** Default `exact`. */
  readonly match?: MatchPolicy;
  /** Who of several callees is called. Default `single`: there is only one. */
  readonly invoke?: InvocationPolicy;
  /** How many invocations may run at the same time. */
  readonly concurrency?: number;
  /** Takes the procedure from whoever has it. */
  readonly force_reregister?: boolean;
  readonly forward_for?: readonly Forwarder[];
}

const REGISTER_ROWS: OptionRows = /* @__PURE__ */ optionRows({
  match: /* @__PURE__ */ oneOf('exact', 'prefix', 'wildcard'),
  invoke: /* @__PURE__ */ oneOf('single', 'first', 'last', 'roundrobin', 'random'),
  concurrency: isPositive,
  force_reregister: isBoolean,
  forward_for: isForwardFor,
});

/** A client offers a procedure: `[64, request, options, procedure]`. */
export class Register extends StandingRequest<RegisterOptions> {
  readonly messageType: typeof MessageType.REGISTER = MessageType.REGISTER;
  readonly procedure: string;

  constructor(request: number, options: RegisterOptions, procedure: string) {
    super(request, options);
    this.procedure = procedure;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Register {
    return new Register(...readStandingRequest<RegisterOptions>('REGISTER', 'Procedure', raw, REGISTER_ROWS));
  }

  marshal(): unknown[] {
    return [MessageType.REGISTER, this.request, this.options, this.procedure];
  }
}

/** The registration stands: `[65, request, registration]`. */
export class Registered extends WampMessage {
  readonly messageType: typeof MessageType.REGISTERED = MessageType.REGISTERED;
  readonly request: number;
  readonly registration: number;

  constructor(request: number, registration: number) {
    super();
    this.request = request;
    this.registration = registration;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Registered {
    return new Registered(...readConfirmation('REGISTERED', 'Registration', raw));
  }

  marshal(): unknown[] {
    return [MessageType.REGISTERED, this.request, this.registration];
  }
}

/** Options of {@link Unregister}. */
export type UnregisterOptions = EndOptions;

/** The procedure is not offered any more: `[66, request, registration]`, and options where there are any. */
export class Unregister extends EndRequest {
  readonly messageType: typeof MessageType.UNREGISTER = MessageType.UNREGISTER;
  readonly registration: number;

  constructor(request: number, registration: number, options: UnregisterOptions | null = null) {
    super(request, options);
    this.registration = registration;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Unregister {
    return new Unregister(...readEndRequest('UNREGISTER', 'Registration', raw));
  }

  marshal(): unknown[] {
    return this.elements(this.registration);
  }
}

/** Details of {@link Unregistered}. */
export interface UnregisteredDetails {
  readonly reason?: string;
  /** The registration, where the dealer has ended it. */
  readonly registration?: number;
}

const UNREGISTERED_ROWS: OptionRows = /* @__PURE__ */ optionRows({ reason: isUriText, registration: isId });

/** A registration has ended: `[67, request]`; by the dealer's will `[67, 0, details]`. */
export class Unregistered extends EndedMessage<UnregisteredDetails> {
  readonly messageType: typeof MessageType.UNREGISTERED = MessageType.UNREGISTERED;

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Unregistered {
    return new Unregistered(...readEnded<UnregisteredDetails>('UNREGISTERED', raw, UNREGISTERED_ROWS));
  }
}
