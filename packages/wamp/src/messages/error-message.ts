import {
  checkLength,
  type Forwarder,
  isForwardFor,
  isId,
  isText,
  optionRows,
  type RawMessage,
  readId,
  readOptions,
  readUri,
} from '../checks.ts';
import { type Kwargs, ProtocolError } from '../errors.ts';
import { MessageType } from './message.ts';
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

/** Details of {@link ErrorMessage}. */
export interface ErrorDetails extends EncodingOptions {
  readonly callee?: number;
  readonly callee_authid?: string;
  readonly callee_authrole?: string;
  readonly forward_for?: readonly Forwarder[];
}

const ROWS: PayloadRows = /* @__PURE__ */ payloadRows(
  /* @__PURE__ */ optionRows({
    callee: isId,
    callee_authid: isText,
    callee_authrole: isText,
    forward_for: isForwardFor,
  }),
);

const REQUESTS: readonly unknown[] = [
  MessageType.PUBLISH,
  MessageType.SUBSCRIBE,
  MessageType.UNSUBSCRIBE,
  MessageType.CALL,
  MessageType.REGISTER,
  MessageType.UNREGISTER,
  MessageType.INVOCATION,
];

/** A request failed: `[8, requestType, request, details, error, payload…]`. */
export class ErrorMessage extends PayloadMessage {
  readonly messageType: typeof MessageType.ERROR = MessageType.ERROR;
  /** The code of the message that failed. */
  readonly requestType: number;
  readonly request: number;
  readonly details: ErrorDetails;
  /** The URI. */
  readonly error: string;

  constructor(
    requestType: number,
    request: number,
    details: ErrorDetails,
    error: string,
    args: PayloadArgs = null,
    kwargs: Kwargs | null = null,
  ) {
    super(args, kwargs);
    this.requestType = requestType;
    this.request = request;
    this.details = details;
    this.error = error;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): ErrorMessage {
    checkLength('ERROR', raw, 5, 7);
    const [, requestType] = raw;
    if (!REQUESTS.includes(requestType)) throw new ProtocolError('ERROR.RequestType is not that of a request');
    return new ErrorMessage(
      requestType as number,
      readId('ERROR.Request', raw[2]),
      readOptions('ERROR.Details', raw[3], rowsFor(ROWS, raw, 5)),
      readUri('ERROR.Error', raw[4]),
      readArgs('ERROR', raw, 5, false),
      readKwargs('ERROR', raw, 5),
    );
  }

  marshal(): unknown[] {
    return withPayload([MessageType.ERROR, this.requestType, this.request, this.details, this.error], this);
  }
}
