import type { DiagnosticsEvent } from '@ws/types';
import { describe, expect, test } from 'vitest';
import type { MessageListener } from '../../src/protocol/protocol-hooks.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { bytes, frame, joined, REQUEST, rawServer, text } from '../harness.ts';

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('listeners', () => {
  test('hear each message, each in turn; all of them are removed at once', () => {
    const { protocol, send } = rawServer();
    const heard: string[] = [];
    const listener =
      (name: string): MessageListener =>
      payload => {
        heard.push(`${name} ${text(payload)}`);
      };
    const [a, b] = [listener('a'), listener('b')];
    protocol.off('message', a);
    protocol.on('message', a).on('message', b).on('message', a);
    send(frame(1, '1'));
    protocol.off('message', a);
    send(frame(1, '2'));
    protocol.on('message', a).off('message');
    send(frame(1, '3'));
    expect(heard).toEqual(['a 1', 'b 1', 'b 2']);
  });

  test('may remove themselves, and add others, while they are called', () => {
    const { protocol, send } = rawServer();
    const heard: string[] = [];
    const once: MessageListener = payload => {
      heard.push(text(payload));
      protocol.off('message', once);
      protocol.on('message', once);
    };
    protocol.on('message', once);
    send(joined(frame(1, '1'), frame(1, '2')));
    expect(heard).toEqual(['1', '2']);
  });

  test('one that throws keeps neither others from hearing, nor rejections from being heard', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    class Rejecting extends WebSocketServerProtocol {
      override async onMessage(): Promise<void> {
        throw new Error('rejected');
      }
    }
    const { protocol, send, peer, flush } = rawServer({ Protocol: Rejecting });
    const heard: string[] = [];
    protocol.on('message', () => {
      throw new Error('thrown');
    });
    protocol.on('message', payload => void heard.push(text(payload)));
    send(frame(1, 'a'));
    await settle();
    flush();
    process.off('unhandledRejection', listener);
    expect([heard, unhandled]).toEqual([['a'], []]);
    expect(peer.takeHex()).toMatch(/^88 .. 03 f3/);
  });
});

describe('tracing', () => {
  function traced(subscribed: readonly DiagnosticsEvent[]) {
    const events: [string, object][] = [];
    const diagnostics = {
      hasSubscribers: (event: DiagnosticsEvent) => subscribed.includes(event),
      publish: (event: string, fields: object) => void events.push([event, fields]),
    };
    const server = rawServer({ platform: { diagnostics }, isOpened: false });
    server.send(bytes(REQUEST));
    server.send(joined(frame(1, 'a'), frame(9, 'b'), frame(10, 'c'), frame(3)));
    server.send(frame(8, Uint8Array.of(3, 232)));
    server.end();
    return { events, connection: server.protocol };
  }

  test('hears of everything, with the connection', () => {
    const { events, connection } = traced(['open', 'close', 'message', 'ping', 'pong', 'error']);
    expect(events).toEqual([
      ['open', { connection }],
      ['message', { connection, payload: bytes('a'), isBinary: false }],
      ['ping', { connection, payload: bytes('b') }],
      ['pong', { connection, payload: bytes('c') }],
      ['error', { connection, error: expect.objectContaining({ code: 'ERR_RESERVED_OPCODE' }) }],
      [
        'close',
        expect.objectContaining({ connection, wasClean: true, code: 1000, closedBy: 'local', stage: 'closing' }),
      ],
    ]);
  });

  test('hears of nothing that it does not want', () => {
    expect(traced([]).events).toEqual([]);
    expect(traced(['ping']).events.map(([event]) => event)).toEqual(['ping']);
  });
});

test('a promise of onOpen that rejects comes after opened has resolved', async () => {
  class Late extends WebSocketServerProtocol {
    override async onOpen(): Promise<void> {
      await null;
      throw new Error('mine');
    }
  }
  const { protocol, flush, peer } = rawServer({ Protocol: Late });
  await protocol.opened;
  await settle();
  flush();
  expect(peer.takeHex()).toMatch(/^88 .. 03 f3/);
});

test('opened resolves also when onOpen throws: the connection was open', async () => {
  class Throwing extends WebSocketServerProtocol {
    override onOpen(): void {
      throw new Error('mine');
    }
  }
  const { protocol } = rawServer({ Protocol: Throwing });
  await protocol.opened;
  expect(protocol.state).toBe('closing');
});
