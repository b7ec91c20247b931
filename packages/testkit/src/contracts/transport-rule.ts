import type { MessageTransport, Receives } from '@ws/types';
import { check, checkEqual, show } from '../assert.ts';
import { microtask } from '../globals.ts';
import { pattern } from './stream-rule.ts';
import type { Received, TransportRecorder } from './transport-recorder.ts';

/** What a runtime keeps from all transports over its own WebSocket. Sentences that need it are not tested. */
export interface TransportLimits {
  /** `false`: it can only close, with a Close frame. Default `true`. */
  readonly canDrop?: boolean | undefined;
}

/** What one rule works with: it looks at what goes from `from` to `to`. */
export interface TransportRuleContext {
  readonly from: MessageTransport;
  readonly to: MessageTransport;
  readonly limits: TransportLimits;
  /** Sets a listener. Default `{ frames: 'none', lentText: false }`. */
  listen(transport: MessageTransport, receives?: Receives): TransportRecorder;
  /** Gives the transports time for calls that must not come. */
  settle(): Promise<void>;
  /** Loses the connection, as a network does; `null`: the setup cannot. */
  readonly breakConnection: (() => unknown) | null;
}

/** One sentence of the port, and what proves it. */
export interface TransportRule {
  readonly name: string;
  readonly run: (context: TransportRuleContext) => Promise<void>;
}

/** A message to send: a string is text, bytes are binary. */
export type Payload = Uint8Array | string;

/** Sends a message as what it is. */
export function send(transport: MessageTransport, payload: Payload): void {
  transport.send(payload, typeof payload !== 'string');
}

/** The messages as they are to be received. ASCII only. */
export function received(...payloads: readonly Payload[]): Received[] {
  return payloads.map(payload =>
    typeof payload === 'string'
      ? { payload: ascii(payload), isBinary: false }
      : { payload: new Uint8Array(payload), isBinary: true },
  );
}

/** The bytes of a text in ASCII. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0));
}

/** Sends a few messages and waits for each: where one direction has moved, the other had time to. */
export async function converse(from: TransportRecorder, to: TransportRecorder): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const count = to.messages.length;
    send(from.transport, `${i}`);
    await to.untilReceived(count + 1);
  }
}

/** Resolves when the transport has drained; rejects with what it calls back with instead. */
export function drained(transport: MessageTransport): Promise<void> {
  return new Promise((resolve, reject) => {
    transport.whenDrained(error => (error === undefined ? resolve() : reject(error)));
  });
}

const MEBIBYTE = 1_048_576;
/** More than the buffers of any network hold while nobody reads. */
const FLOOD = 24;

/** Sends more than any network holds. @returns what was sent */
export function flood(transport: MessageTransport): Payload[] {
  const sent: Payload[] = [];
  for (let i = 1; i <= FLOOD; i++) {
    const payload = pattern(MEBIBYTE, i);
    sent.push(payload);
    send(transport, payload);
  }
  return sent;
}

/** What a method throws: the name of an error class, its `code`, or any error. */
export type Thrown = 'TypeError' | 'RangeError' | 'ERR_NOT_OPEN' | 'ERR_SEND_STATE' | 'an error';

/** @throws ContractError unless `run` throws just that, or returns a promise that rejects with it */
export async function checkThrows(run: () => unknown, expected: Thrown, what: string): Promise<void> {
  let thrown: { readonly error: unknown } | null = null;
  try {
    await run();
  } catch (error) {
    thrown = { error };
  }
  check(thrown !== null, `${what} did not throw`);
  checkError(thrown.error, expected, what);
}

/** @throws ContractError unless the error is the one that is expected */
export function checkError(error: unknown, expected: Thrown, what: string): void {
  const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  const isRight = expected === 'an error' ? error instanceof Error : expected === name || expected === code;
  check(isRight, `${what} threw ${show(error)} instead of ${expected}`);
}

/** Both ends were told that the connection closes, then that it is closed, and nothing else. */
export function checkBothClosed(one: TransportRecorder, two: TransportRecorder): void {
  for (const { events } of [one, two]) checkEqual(events, ['Closing', 'Close'], 'what each end is told');
}

/** Lets what runs now come to its end. */
export function nextTurn(): Promise<void> {
  return new Promise(microtask);
}
