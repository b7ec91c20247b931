// INVOCATION, INTERRUPT, YIELD: the callee's half of a call.

import {
  checkLength,
  type Forwarder,
  isBoolean,
  isCount,
  isForwardFor,
  isId,
  isText,
  isUriText,
  type OptionRows,
  oneOf,
  optionRows,
  type RawMessage,
  readId,
  readOptions,
} from '../checks.ts';
import type { Kwargs } from '../errors.ts';
import { RESULT_ROWS, type ResultDetails } from './call-messages.ts';
import { MessageType, WampMessage } from './message.ts';
import {
  type EncodingOptions,
  type PayloadArgs,
  PayloadMessage,
  type PayloadRows,
  payloadRows,
  readArgs,
  readKwargs,
  rowsFor,
  withPayload,
} from './payload.ts';

/** Details of {@link Invocation}. */
export interface InvocationDetails extends EncodingOptions {
  /** Milliseconds; 0: none. */
  readonly timeout?: number;
  readonly receive_progress?: boolean;
  readonly caller?: number;
  readonly caller_authid?: string;
  readonly caller_authrole?: string;
  /** The procedure that was called, where the registration is a pattern. */
  readonly procedure?: string;
  readonly transaction_hash?: string;
  readonly forward_for?: readonly Forwarder[];
}

const INVOCATION_ROWS: PayloadRows = /* @__PURE__ */ payloadRows(
  /* @__PURE__ */ optionRows({
    timeout: isCount,
    receive_progress: isBoolean,
    caller: isId,
    caller_authid: isText,
    caller_authrole: isText,
    procedure: isUriText,
    transaction_hash: isText,
    forward_for: isForwardFor,
  }),
);

/** A call reaches the callee: `[68, request, registration, details, payload…]`. */
export class Invocation extends PayloadMessage {
  readonly messageType: typeof MessageType.INVOCATION = MessageType.INVOCATION;
  readonly request: number;
  readonly registration: number;
  readonly details: InvocationDetails;

  constructor(
    request: number,
    registration: number,
    details: InvocationDetails,
    args: PayloadArgs = null,
    kwargs: Kwargs | null = null,
  ) {
    super(args, kwargs);
    this.request = request;
    this.registration = registration;
    this.details = details;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Invocation {
    checkLength('INVOCATION', raw, 4, 6);
    return new Invocation(
      readId('INVOCATION.Request', raw[1]),
      readId('INVOCATION.Registration', raw[2]),
      readOptions('INVOCATION.Details', raw[3], rowsFor(INVOCATION_ROWS, raw, 4)),
      // The dealer passes on what a caller may send.
      readArgs('INVOCATION', raw, 4, true),
      readKwargs('INVOCATION', raw, 4),
    );
  }

  marshal(): unknown[] {
    return withPayload([MessageType.INVOCATION, this.request, this.registration, this.details], this);
  }
}

/** Options of {@link Interrupt}. */
export interface InterruptOptions {
  readonly mode?: 'kill' | 'killnowait';
  readonly reason?: string;
  readonly forward_for?: readonly Forwarder[];
}

const INTERRUPT_ROWS: OptionRows = /* @__PURE__ */ optionRows({
  mode: /* @__PURE__ */ oneOf('kill', 'killnowait'),
  reason: isUriText,
  forward_for: isForwardFor,
});

/** The callee should stop: `[69, request, options]`. */
export class Interrupt extends WampMessage {
  readonly messageType: typeof MessageType.INTERRUPT = MessageType.INTERRUPT;
  readonly request: number;
  readonly options: InterruptOptions;

  constructor(request: number, options: InterruptOptions = {}) {
    super();
    this.request = request;
    this.options = options;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Interrupt {
    checkLength('INTERRUPT', raw, 3);
    return new Interrupt(readId('INTERRUPT.Request', raw[1]), readOptions('INTERRUPT.Options', raw[2], INTERRUPT_ROWS));
  }

  marshal(): unknown[] {
    return [MessageType.INTERRUPT, this.request, this.options];
  }
}

/** What the callee answers: `[70, request, options, payload…]`. */
export class Yield extends PayloadMessage {
  readonly messageType: typeof MessageType.YIELD = MessageType.YIELD;
  readonly request: number;
  readonly options: ResultDetails;

  constructor(request: number, options: ResultDetails = {}, args: PayloadArgs = null, kwargs: Kwargs | null = null) {
    super(args, kwargs);
    this.request = request;
    this.options = options;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Yield {
    checkLength('YIELD', raw, 3, 5);
    return new Yield(
      readId('YIELD.Request', raw[1]),
      readOptions('YIELD.Options', raw[2], rowsFor(RESULT_ROWS, raw, 3)),
      readArgs('YIELD', raw, 3, false),
      readKwargs('YIELD', raw, 3),
    );
  }

  marshal(): unknown[] {
    return withPayload([MessageType.YIELD, this.request, this.options], this);
  }
}
