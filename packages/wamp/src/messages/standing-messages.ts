// What a registration and a subscription have in common: both stand at the router from a request until their end, and the
// same four messages ask for them, confirm them, ask for their end and confirm that. Only the names differ.

import {
  checkLength,
  type Forwarder,
  isForwardFor,
  type OptionRows,
  optionRows,
  type RawMessage,
  readId,
  readOptions,
  readUri,
} from '../checks.ts';
import type { MatchPolicy } from '../uri.ts';
import { WampMessage } from './message.ts';

/** Asks for something that stands: `[type, request, options, uri]`. */
export abstract class StandingRequest<Options> extends WampMessage {
  readonly request: number;
  readonly options: Options;

  constructor(request: number, options: Options) {
    super();
    this.request = request;
    this.options = options;
  }
}

/**
 * Reads a {@link StandingRequest}.
 *
 * @param uri what errors call the URI
 * @throws ProtocolError, InvalidUriError
 */
export function readStandingRequest<Options extends { readonly match?: MatchPolicy }>(
  name: string,
  uri: string,
  raw: RawMessage,
  rows: OptionRows,
): [request: number, options: Options, uri: string] {
  checkLength(name, raw, 4);
  const options = readOptions<Options>(`${name}.Options`, raw[2], rows);
  const value = readUri(`${name}.${uri}`, raw[3], options.match);
  return [readId(`${name}.Request`, raw[1]), options, value];
}

/**
 * Reads the confirmation of a request: `[type, request, id]`.
 *
 * @param id what errors call the id
 * @throws ProtocolError
 */
export function readConfirmation(name: string, id: string, raw: RawMessage): [request: number, id: number] {
  checkLength(name, raw, 3);
  return [readId(`${name}.Request`, raw[1]), readId(`${name}.${id}`, raw[2])];
}

/** Options of an {@link EndRequest}. */
export interface EndOptions {
  readonly forward_for?: readonly Forwarder[];
}

const END_ROWS: OptionRows = /* @__PURE__ */ optionRows({ forward_for: isForwardFor });

/** Asks for the end of something that stands: `[type, request, id]`, and options where there are any. */
export abstract class EndRequest extends WampMessage {
  readonly request: number;
  readonly options: EndOptions | null;

  constructor(request: number, options: EndOptions | null) {
    super();
    this.request = request;
    this.options = options;
  }

  /** The elements of the message that ends what has this id. */
  protected elements(id: number): unknown[] {
    const elements: unknown[] = [this.messageType, this.request, id];
    if (this.options !== null) elements.push(this.options);
    return elements;
  }
}

/**
 * Reads an {@link EndRequest}.
 *
 * @param id what errors call the id
 * @throws ProtocolError
 */
export function readEndRequest(
  name: string,
  id: string,
  raw: RawMessage,
): [request: number, id: number, options: EndOptions | null] {
  checkLength(name, raw, 3, 4);
  const options = raw.length > 3 ? readOptions<EndOptions>(`${name}.Options`, raw[3], END_ROWS) : null;
  return [readId(`${name}.Request`, raw[1]), readId(`${name}.${id}`, raw[2]), options];
}

/** Something stands no more: `[type, request]`; by the router's will `[type, 0, details]`. */
export abstract class EndedMessage<Details> extends WampMessage {
  readonly request: number;
  readonly details: Details | null;

  constructor(request: number, details: Details | null = null) {
    super();
    this.request = request;
    this.details = details;
  }

  marshal(): unknown[] {
    return this.details === null ? [this.messageType, this.request] : [this.messageType, this.request, this.details];
  }
}

/** Reads an {@link EndedMessage}. @throws ProtocolError */
export function readEnded<Details extends object>(
  name: string,
  raw: RawMessage,
  rows: OptionRows,
): [request: number, details: Details | null] {
  checkLength(name, raw, 2, 3);
  const details = raw.length > 2 ? readOptions<Details>(`${name}.Details`, raw[2], rows) : null;
  return [readId(`${name}.Request`, raw[1]), details];
}
