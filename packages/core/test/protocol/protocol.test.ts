import { describe, expect, test } from 'vitest';
import { transportOf } from '../../src/ports/engine-transport.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { bytes, frame, joined, type RawServer, REQUEST, rawClient, rawServer } from '../harness.ts';

/** A server's connection in each state. */
const states: [string, () => RawServer | { protocol: WebSocketServerProtocol; flush(): void }][] = [
  ['never attached', () => ({ protocol: rawServer().factory.buildProtocol(), flush() {} })],
  ['connecting', () => rawServer({ isOpened: false })],
  [
    'closing',
    () => {
      const server = rawServer();
      server.protocol.sendClose(1000);
      server.flush();
      server.peer.take();
      return server;
    },
  ],
  [
    'closed',
    () => {
      const server = rawServer();
      server.end();
      return server;
    },
  ],
];

describe.each(states)('when %s', (name, make) => {
  const notOpen = expect.objectContaining({ code: 'ERR_NOT_OPEN', name: 'ClosedError' });
  const sent = (server: ReturnType<typeof make>): number => {
    server.flush();
    return 'peer' in server ? server.peer.take().length : 0;
  };

  test('messages cannot be sent', () => {
    const server = make();
    const { protocol } = server;
    expect(() => protocol.sendMessage('a')).toThrow(notOpen);
    expect(() => protocol.sendPreparedMessage(protocol.factory.prepareMessage('a'))).toThrow(notOpen);
    expect(sent(server)).toBe(0);
  });

  test('pings, pongs, frames and data are not sent', () => {
    const server = make();
    const { protocol } = server;
    protocol.sendPing('a');
    protocol.sendPong();
    protocol.beginMessage();
    protocol.beginMessageFrame(2);
    expect(protocol.sendMessageFrameData(bytes('a'))).toBe(0);
    protocol.sendMessageFrame(bytes('a'));
    protocol.endMessage();
    expect(sent(server)).toBe(0);
  });

  test('wrong payloads are refused all the same', () => {
    const { protocol } = make();
    expect(() => protocol.sendMessage(7 as never)).toThrow(TypeError);
    expect(() => protocol.sendPing(7 as never)).toThrow(TypeError);
    expect(() => protocol.sendPing(new Uint8Array(126))).toThrow(RangeError);
    expect(() => protocol.sendMessageFrame('a' as never)).toThrow(TypeError);
    expect(() => protocol.sendMessageFrameData('a' as never)).toThrow(TypeError);
  });

  test(name.startsWith('clos') ? 'sendClose does nothing' : 'sendClose throws', () => {
    const server = make();
    if (name.startsWith('clos')) server.protocol.sendClose(1000);
    else expect(() => server.protocol.sendClose(1000)).toThrow(notOpen);
    expect(sent(server)).toBe(0);
  });

  test('dropConnection, failConnection, pauseReceiving and resumeReceiving do no harm', () => {
    const server = make();
    const { protocol } = server;
    protocol.pauseReceiving();
    protocol.resumeReceiving();
    if (name === 'never attached') expect(() => transportOf(protocol)).toThrow(notOpen);
    else transportOf(protocol).fail(new Error('x'));
    protocol.dropConnection(true);
    server.flush();
    expect(protocol.state).toBe(name === 'never attached' ? 'connecting' : 'closed');
  });

  test('figures can be asked for', () => {
    const { protocol } = make();
    expect([protocol.bufferedAmount, protocol.compression]).toEqual([0, null]);
    expect(protocol.trafficStats.incomingWebSocketMessages).toBe(0);
  });
});

describe('control frames', () => {
  test.each([
    { name: 'nothing', payload: undefined, wire: '00' },
    { name: 'text', payload: 'é', wire: '02 c3 a9' },
    { name: 'bytes', payload: bytes('a'), wire: '01 61' },
  ])('carry $name', ({ payload, wire }) => {
    const { protocol, flush, peer } = rawServer();
    protocol.sendPing(payload);
    protocol.sendPong(payload);
    flush();
    expect(peer.takeHex()).toBe(`89 ${wire} 8a ${wire}`);
  });

  test('carry at most 125 bytes (RFC 6455, 5.5)', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.sendPing('é'.repeat(62));
    for (const payload of ['é'.repeat(63), new Uint8Array(126)]) {
      expect(() => protocol.sendPing(payload)).toThrow(RangeError);
      expect(() => protocol.sendPong(payload)).toThrow(RangeError);
    }
    flush();
    expect(peer.take().length).toBe(126);
  });

  test('are sent in the middle of a message (RFC 6455, 5.4)', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.beginMessage();
    protocol.sendMessageFrame(bytes('a'));
    protocol.sendPing();
    protocol.endMessage();
    flush();
    expect(peer.takeHex()).toBe('01 01 61 89 00 80 00');
  });
});

describe('closingReason', () => {
  test.each([
    { name: 'ours, when we began', close: 'local', reason: { code: 3001, reason: 'a' } },
    { name: 'the peer’s, when it began', close: 'remote', reason: { code: 4000, reason: 'b' } },
    { name: '1006, when the transport was lost', close: 'transport', reason: { code: 1006, reason: null } },
  ])('is $name', ({ close, reason }) => {
    const { protocol, send, end } = rawServer();
    if (close === 'local') protocol.sendClose(3001, 'a');
    if (close !== 'transport') send(frame(8, joined(Uint8Array.of(0x0f, 0xa0), bytes('b'))));
    else end();
    expect(protocol.closingReason).toEqual(reason);
  });

  test('is 1006 for one that never was', () => {
    expect(rawServer().factory.buildProtocol().closingReason).toEqual({ code: 1006, reason: null });
  });
});

describe('opened and closed', () => {
  test('settle once: closed with everything that is known of the end', async () => {
    const { protocol, send, end } = rawServer();
    const { opened, closed } = protocol;
    await opened;
    expect(protocol.opened).toBe(opened);
    send(frame(8, joined(Uint8Array.of(0x0f, 0xa0), bytes('enough'))));
    end();
    expect(await closed).toEqual({
      wasClean: true,
      code: 4000,
      reason: 'enough',
      closedBy: 'remote',
      stage: 'closing',
      localCode: 1000,
      localReason: null,
      timeout: null,
      error: null,
    });
  });

  test('nobody needs to ask for them', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const { protocol, end } = rawServer({ isOpened: false });
    expect(protocol.opened).toBeInstanceOf(Promise);
    end();
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });

  test('opened rejects for a Flash player too, which is no connection', async () => {
    const { protocol, send, end } = rawServer({ isOpened: false, options: { serveFlashSocketPolicy: true } });
    send(bytes('<policy-file-request/>\0'));
    end();
    await expect(protocol.opened).rejects.toMatchObject({ name: 'HandshakeError' });
  });
});

test('the hooks of a connection may be left alone', () => {
  const { send, peer, protocol } = rawServer({ Protocol: WebSocketServerProtocol });
  send(joined(frame(1, 'a'), frame(9), frame(10), frame(8)));
  expect(peer.takeHex()).toBe('8a 00 88 02 03 e8');
  expect(protocol.onAutoPong(1, new Uint8Array(0))).toBeUndefined();
  const client = rawClient();
  expect(client.protocol.onConnect(client.protocol.response as never)).toBeUndefined();
});

test('a client keeps the response', () => {
  const { protocol } = rawClient();
  expect(protocol.response).toMatchObject({ version: 13, protocol: null });
});

test('each hook of frames that is overridden counts', () => {
  const hooks = [
    'onMessageBegin',
    'onMessageFrameBegin',
    'onMessageFrameData',
    'onMessageFrameEnd',
    'onMessageFrame',
    'onMessageEnd',
  ] as const;
  for (const hook of hooks) {
    let calls = 0;
    const messages: number[] = [];
    class Overriding extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array): void {
        messages.push(payload.length);
      }
    }
    const inherited = Overriding.prototype[hook] as (...values: unknown[]) => unknown;
    Object.defineProperty(Overriding.prototype, hook, {
      value(this: WebSocketServerProtocol, ...values: unknown[]) {
        calls++;
        return inherited.apply(this, values);
      },
    });
    const { send } = rawServer({ Protocol: Overriding, isOpened: false });
    send(joined(bytes(REQUEST), frame(1, 'abc')));
    expect([hook, calls, messages]).toEqual([hook, 1, [3]]);
  }
});
