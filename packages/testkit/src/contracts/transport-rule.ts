import type { MessageTransport, Receives } from '@ws/types';
import { check, checkEqual, show } from '../assert.ts';
import { microtask } from '../globals.ts';
import { pattern } from './stream-rule.ts';
import type { Received, TransportRecorder } from './transport-recorder.ts';

/** Limits that a runtime imposes on all transports over its own WebSocket. Rules that need the ability are not tested. */
export interface TransportLimits {
  /** Whether `drop` can end a connection without a Close frame. Default `true`. */
  readonly canDrop?: boolean | undefined;
}

/** The tools of one rule, which tests the direction from `from` to `to`. */
export interface TransportRuleContext {
  readonly from: MessageTransport;
  readonly to: MessageTransport;
  readonly limits: TransportLimits;
  /** Sets a listener. Default `{ frames: 'none', lentText: false }`. */
  listen(transport: MessageTransport, receives?: Receives): TransportRecorder;
  /** Gives the transports time, so that a call that must not come would be noticed. */
  settle(): Promise<void>;
  /** Breaks the connection as a failing network does; `null`: the setup cannot do that. */
  readonly breakConnection: (() => unknown) | null;
}

/** One rule of the port, and its test. */
export interface TransportRule {
  readonly name: string;
  readonly run: (context: TransportRuleContext) => Promise<void>;
}

/** A message to send: a string is text, bytes are binary. */
export type Payload = Uint8Array | string;

/** Sends a string as text, bytes as a binary message. */
export function send(transport: MessageTransport, payload: Payload): void {
  transport.send(payload, typeof payload !== 'string');
}

/** Converts payloads to the messages that must be received. Texts must be ASCII. */
export function received(...payloads: readonly Payload[]): Received[] {
  return payloads.map(payload =>
    typeof payload === 'string'
      ? { payload: ascii(payload), isBinary: false }
      : { payload: new Uint8Array(payload), isBinary: true },
  );
}

/** Encodes a text in ASCII. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0));
}

/** Sends a few messages and waits for each. When this direction has moved, the other one had time to move too. */
export async function converse(from: TransportRecorder, to: TransportRecorder): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const count = to.messages.length;
    send(from.transport, `${i}`);
    await to.untilReceived(count + 1);
  }
}

/** Resolves when the transport has drained; rejects with the error that its callback gets instead. */
export function drained(transport: MessageTransport): Promise<void> {
  return new Promise((resolve, reject) => {
    transport.whenDrained(error => (error === undefined ? resolve() : reject(error)));
  });
}

const MEBIBYTE = 1_048_576;
/** Number of 1 MiB messages in a flood: more than the buffers of any network hold while the reader is paused. */
const FLOOD = 24;

/** Sends more than any network buffers. @returns the messages sent */
export function flood(transport: MessageTransport): Payload[] {
  const sent: Payload[] = [];
  for (let i = 1; i <= FLOOD; i++) {
    const payload = pattern(MEBIBYTE, i);
    sent.push(payload);
    send(transport, payload);
  }
  return sent;
}

/** The error that a method must throw: the name of its class, its `code`, or any error. */
export type Thrown = 'TypeError' | 'RangeError' | 'ERR_NOT_OPEN' | 'ERR_SEND_STATE' | 'an error';

/** @throws ContractError unless `run` throws the expected error, or returns a promise that rejects with it */
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

/** @throws ContractError unless the error is the expected one */
export function checkError(error: unknown, expected: Thrown, what: string): void {
  const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  const isRight = expected === 'an error' ? error instanceof Error : expected === name || expected === code;
  check(isRight, `${what} threw ${show(error)} instead of ${expected}`);
}

/** Checks that both ends were told that the connection is closing, then that it is closed, and of nothing else. */
export function checkBothClosed(one: TransportRecorder, two: TransportRecorder): void {
  for (const { events } of [one, two]) checkEqual(events, ['Closing', 'Close'], 'what each end is told');
}

/** Resolves in a later turn, when the code that runs now has ended. */
export function nextTurn(): Promise<void> {
  return new Promise(microtask);
}
