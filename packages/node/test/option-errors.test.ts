// An error about an option names the option that the caller gave, and its value.

import { createServer } from 'node:http';
import { acceptOver, connectOver, serveOver } from '@ws/connection';
import { memoryPair } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { nodePlatform, openWebSocket, serveWebSocket } from '../src/index.ts';

const over = (): { platform: typeof nodePlatform } => ({ platform: nodePlatform });
const noHandler = (): void => {};

/** What takes options, and rejects with the error about them before anything is opened. */
const CALLS: Readonly<Record<string, (options: object) => unknown>> = {
  openWebSocket: options => openWebSocket('ws://localhost:1', options),
  serveWebSocket: options => serveWebSocket(noHandler, { host: '127.0.0.1', ...options }),
  'serveWebSocket with a server': options => serveWebSocket(noHandler, { server: createServer(), ...options }),
  connectOver: options => connectOver(memoryPair().a, { ...over(), ...options }),
  acceptOver: options => acceptOver(memoryPair().a, { ...over(), ...options }),
  serveOver: options => serveOver(memoryPair().a, noHandler, { ...over(), ...options }),
};

type Row = readonly [option: string, value: unknown, error: RegExp, only?: RegExp];

const ROWS: readonly Row[] = [
  ['maxMessageSize', 'much', /^TypeError: maxMessageSize .*much/],
  ['maxMessageSize', -1, /^RangeError: maxMessageSize -1/],
  ['maxMessageSize', 1.5, /^RangeError: maxMessageSize 1\.5/],
  ['messageQueueSize', null, /^TypeError: messageQueueSize .*null/],
  ['messageQueueSize', Number.NaN, /^RangeError: messageQueueSize NaN/],
  ['connectTimeout', '1', /^TypeError: connectTimeout .*1/],
  ['connectTimeout', 2 ** 31, /^RangeError: connectTimeout 2147483648/],
  ['disconnectTimeout', {}, /^TypeError: disconnectTimeout .*an object/],
  ['disconnectTimeout', 2 ** 31, /^RangeError: disconnectTimeout 2147483648/],
  ['protocolOptions', 'x', /^TypeError: protocolOptions .*x/],
  ['protocolOptions', { maxFragments: -1 }, /^RangeError: option maxFragments/],
  ['subprotocols', 'chat', /^TypeError: subprotocols .*chat/, /^(open|connect)/],
  ['keepalive', 'often', /^TypeError: keepalive .*often/, /WebSocket/],
  ['keepalive', { interval: -1 }, /^RangeError: keepalive\.interval -1/, /WebSocket/],
  ['keepalive', { timeout: '1' }, /^TypeError: keepalive\.timeout .*1/, /WebSocket/],
  ['allowedOrigins', '*', /^TypeError: option allowedOrigins/, /^serveWebSocket/],
];

describe('an error about an option names it', () => {
  for (const [name, call] of Object.entries(CALLS)) {
    const rows = ROWS.filter(([, , , only]) => only === undefined || only.test(name));
    test.each(rows.map(([option, value, error]) => ({ option, value, error })))(
      `${name}: $option $value`,
      async ({ option, value, error }) => {
        const called = new Promise<unknown>(resolve => resolve(call({ [option]: value })));
        const failure = await called.then(
          () => 'none',
          reason => String(reason),
        );
        expect(failure).toMatch(error);
      },
    );
  }
});
