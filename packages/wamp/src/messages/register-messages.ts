// REGISTER, REGISTERED, UNREGISTER, UNREGISTERED: a registration's life.

import {
  checkLength,
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
  readId,
  readOptions,
  readUri,
} from '../checks.ts';
import type { MatchPolicy } from '../uri.ts';
import { MessageType, WampMessage } from './message.ts';

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

/** A client offers a procedure: `[32, request, options, procedure]`. */
export class Register extends WampMessage {
  readonly messageType: typeof MessageType.REGISTER = MessageType.REGISTER;
  readonly request: number;
  readonly options: RegisterOptions;
  readonly procedure: string;

  constructor(request: number, options: RegisterOptions, procedure: string) {
    super();
    this.request = request;
    this.options = options;
    this.procedure = procedure;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Register {
    checkLength('REGISTER', raw, 4);
    const options = readOptions<RegisterOptions>('REGISTER.Options', raw[2], REGISTER_ROWS);
    const procedure = readUri('REGISTER.Procedure', raw[3], options.match);
    return new Register(readId('REGISTER.Request', raw[1]), options, procedure);
  }

  marshal(): unknown[] {
    return [MessageType.REGISTER, this.request, this.options, this.procedure];
  }
}

/** The registration stands: `[33, request, registration]`. */
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
    checkLength('REGISTERED', raw, 3);
    return new Registered(readId('REGISTERED.Request', raw[1]), readId('REGISTERED.Registration', raw[2]));
  }

  marshal(): unknown[] {
    return [MessageType.REGISTERED, this.request, this.registration];
  }
}

/** Options of {@link Unregister}. */
export interface UnregisterOptions {
  readonly forward_for?: readonly Forwarder[];
}

const UNREGISTER_ROWS: OptionRows = /* @__PURE__ */ optionRows({ forward_for: isForwardFor });

/** The procedure is not offered any more: `[34, request, registration]`, and options where there are any. */
export class Unregister extends WampMessage {
  readonly messageType: typeof MessageType.UNREGISTER = MessageType.UNREGISTER;
  readonly request: number;
  readonly registration: number;
  readonly options: UnregisterOptions | null;

  constructor(request: number, registration: number, options: UnregisterOptions | null = null) {
    super();
    this.request = request;
    this.registration = registration;
    this.options = options;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Unregister {
    checkLength('UNREGISTER', raw, 3, 4);
    const options =
      raw.length > 3 ? readOptions<UnregisterOptions>('UNREGISTER.Options', raw[3], UNREGISTER_ROWS) : null;
    return new Unregister(readId('UNREGISTER.Request', raw[1]), readId('UNREGISTER.Registration', raw[2]), options);
  }

  marshal(): unknown[] {
    const elements: unknown[] = [MessageType.UNREGISTER, this.request, this.registration];
    if (this.options !== null) elements.push(this.options);
    return elements;
  }
}

/** Details of {@link Unregistered}. */
export interface UnregisteredDetails {
  readonly reason?: string;
  /** The registration, where the dealer has ended it. */
  readonly registration?: number;
}

const UNREGISTERED_ROWS: OptionRows = /* @__PURE__ */ optionRows({ reason: isUriText, registration: isId });

/** A registration has ended: `[35, request]`; by the dealer's will `[35, 0, details]`. */
export class Unregistered extends WampMessage {
  readonly messageType: typeof MessageType.UNREGISTERED = MessageType.UNREGISTERED;
  readonly request: number;
  readonly details: UnregisteredDetails | null;

  constructor(request: number, details: UnregisteredDetails | null = null) {
    super();
    this.request = request;
    this.details = details;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Unregistered {
    checkLength('UNREGISTERED', raw, 2, 3);
    const details =
      raw.length > 2 ? readOptions<UnregisteredDetails>('UNREGISTERED.Details', raw[2], UNREGISTERED_ROWS) : null;
    return new Unregistered(readId('UNREGISTERED.Request', raw[1]), details);
  }

  marshal(): unknown[] {
    return this.details === null
      ? [MessageType.UNREGISTERED, this.request]
      : [MessageType.UNREGISTERED, this.request, this.details];
  }
}
