import { describe, expect, test } from 'vitest';
import { overridesFrameHooks } from '../../src/protocol/frame-hooks.ts';
import { WebSocketProtocol } from '../../src/protocol/protocol.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { bytes, frame, joined, type Log, rawServer, text } from '../harness.ts';

const message = joined(
  frame(1, 'a', { fin: false }),
  frame(0, '', { fin: false }),
  frame(0, 'bc', { fin: false }),
  frame(0, 'd'),
);

describe('the hooks of frames', () => {
  test('each of them counts as overridden, and nothing else does', () => {
    const base = WebSocketProtocol.prototype;
    expect(overridesFrameHooks(new WebSocketServerProtocol(), base)).toBe(false);
    for (const name of ['Begin', 'FrameBegin', 'FrameData', 'FrameEnd', 'Frame', 'End']) {
      const protocol = Object.assign(new WebSocketServerProtocol(), { [`onMessage${name}`]: () => {} });
      expect(overridesFrameHooks(protocol, base)).toBe(true);
    }
    expect(overridesFrameHooks(Object.assign(new WebSocketServerProtocol(), { onMessage() {} }), base)).toBe(false);
  });

  test.each([
    'onMessageBegin',
    'onMessageFrameBegin',
    'onMessageFrameData',
    'onMessageFrameEnd',
    'onMessageFrame',
    'onMessageEnd',
  ] as const)('join chunks to frames, and frames to messages, around one that goes on to the usual: %s', name => {
    const log: Log = [];
    class Watching extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array, isBinary: boolean): void {
        log.push([text(payload), isBinary]);
      }
    }
    let calls = 0;
    const usual = Watching.prototype[name] as (this: Watching, value: never) => unknown;
    Object.defineProperty(Watching.prototype, name, {
      value(this: Watching, given: never): unknown {
        calls++;
        return usual.call(this, given);
      },
    });
    const { send } = rawServer({ Protocol: Watching });
    send(joined(message, frame(2, 'x')));
    expect(log).toEqual([
      ['abcd', false],
      ['x', true],
    ]);
    expect(calls).toBe(name === 'onMessageBegin' || name === 'onMessageEnd' ? 2 : 5);
  });

  test('keep what they need though the begin is overridden', () => {
    const log: Log = [];
    class Own extends WebSocketServerProtocol {
      override onMessageBegin(): void {}
      override onMessageFrameBegin(): void {}
      override onMessage(payload: Uint8Array): void {
        log.push(payload);
      }
    }
    const { send } = rawServer({ Protocol: Own });
    send(joined(message, message));
    expect(log).toEqual([bytes('abcd'), bytes('abcd')]);
  });
});
