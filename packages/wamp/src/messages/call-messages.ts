// CALL, CANCEL, RESULT: the caller's half of a call.

import {
  checkLength,
  type Forwarder,
  isBoolean,
  isCount,
  isForwardFor,
  isId,
  isText,
  type OptionRows,
  oneOf,
  optionRows,
  type RawMessage,
  readId,
  readOptions,
  readUri,
} from '../checks.ts';
import type { Kwargs } from '../errors.ts';
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

/** Options of {@link Call}. */
export interface CallOptions extends EncodingOptions {
  /** Milliseconds; 0: none. */
  readonly timeout?: number;
  readonly receive_progress?: boolean;
  readonly transaction_hash?: string;
  readonly caller?: number;
  readonly caller_authid?: string;
  readonly caller_authrole?: string;
  readonly forward_for?: readonly Forwarder[];
  /** The caller wants to be named to the callee. */
  readonly disclose_me?: boolean;
}

const CALL_ROWS: PayloadRows = /* @__PURE__ */ payloadRows(
  /* @__PURE__ */ optionRows({
    timeout: isCount,
    receive_progress: isBoolean,
    transaction_hash: isText,
    caller: isId,
    caller_authid: isText,
    caller_authrole: isText,
    forward_for: isForwardFor,
    disclose_me: isBoolean,
  }),
);

/** A call: `[48, request, options, procedure, payload…]`. */
export class Call extends PayloadMessage {
  readonly messageType: typeof MessageType.CALL = MessageType.CALL;
  readonly request: number;
  readonly options: CallOptions;
  readonly procedure: string;

  constructor(
    request: number,
    options: CallOptions,
    procedure: string,
    args: PayloadArgs = null,
    kwargs: Kwargs | null = null,
  ) {
    super(args, kwargs);
    this.request = request;
    this.options = options;
    this.procedure = procedure;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Call {
    checkLength('CALL', raw, 4, 6);
    return new Call(
      readId('CALL.Request', raw[1]),
      readOptions('CALL.Options', raw[2], rowsFor(CALL_ROWS, raw, 4)),
      readUri('CALL.Procedure', raw[3]),
      readArgs('CALL', raw, 4, true),
      readKwargs('CALL', raw, 4),
    );
  }

  marshal(): unknown[] {
    return withPayload([MessageType.CALL, this.request, this.options, this.procedure], this);
  }
}

/** How a call is cancelled: forget it; interrupt the callee and wait for its answer; or interrupt and do not wait. */
export type CancelMode = 'skip' | 'kill' | 'killnowait';

/** Options of {@link Cancel}. */
export interface CancelOptions {
  readonly mode?: CancelMode;
  readonly forward_for?: readonly Forwarder[];
}

const CANCEL_ROWS: OptionRows = /* @__PURE__ */ optionRows({
  mode: /* @__PURE__ */ oneOf('skip', 'kill', 'killnowait'),
  forward_for: isForwardFor,
});

/** The caller does not want the result any more: `[49, request, options]`. */
export class Cancel extends WampMessage {
  readonly messageType: typeof MessageType.CANCEL = MessageType.CANCEL;
  readonly request: number;
  readonly options: CancelOptions;

  constructor(request: number, options: CancelOptions = {}) {
    super();
    this.request = request;
    this.options = options;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Cancel {
    checkLength('CANCEL', raw, 3);
    return new Cancel(readId('CANCEL.Request', raw[1]), readOptions('CANCEL.Options', raw[2], CANCEL_ROWS));
  }

  marshal(): unknown[] {
    return [MessageType.CANCEL, this.request, this.options];
  }
}

/** Details of {@link Result}, and options of `Yield`. */
export interface ResultDetails extends EncodingOptions {
  /** More results will follow. */
  readonly progress?: boolean;
  readonly callee?: number;
  readonly callee_authid?: string;
  readonly callee_authrole?: string;
  readonly forward_for?: readonly Forwarder[];
}

/** The rules for {@link ResultDetails}. */
export const RESULT_ROWS: PayloadRows = /* @__PURE__ */ payloadRows(
  /* @__PURE__ */ optionRows({
    progress: isBoolean,
    callee: isId,
    callee_authid: isText,
    callee_authrole: isText,
    forward_for: isForwardFor,
  }),
);

/** A result reaches the caller: `[50, request, details, payload…]`. */
export class Result extends PayloadMessage {
  readonly messageType: typeof MessageType.RESULT = MessageType.RESULT;
  readonly request: number;
  readonly details: ResultDetails;

  constructor(request: number, details: ResultDetails, args: PayloadArgs = null, kwargs: Kwargs | null = null) {
    super(args, kwargs);
    this.request = request;
    this.details = details;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Result {
    checkLength('RESULT', raw, 3, 5);
    return new Result(
      readId('RESULT.Request', raw[1]),
      readOptions('RESULT.Details', raw[2], rowsFor(RESULT_ROWS, raw, 3)),
      readArgs('RESULT', raw, 3, true),
      readKwargs('RESULT', raw, 3),
    );
  }

  marshal(): unknown[] {
    return withPayload([MessageType.RESULT, this.request, this.details], this);
  }
}
