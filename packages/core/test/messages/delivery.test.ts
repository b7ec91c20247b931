import { describe, expect, test } from 'vitest';
import { transportOf } from '../../src/ports/engine-transport.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { bytes, frame, joined, type Log, REQUEST, rawServer, text } from '../harness.ts';

describe('while receiving is paused', () => {
  test('messages wait, pings and Close frames are answered', () => {
    const { protocol, send, peer, log, end } = rawServer();
    protocol.pauseReceiving();
    send(joined(frame(1, 'one'), frame(9, 'p'), frame(1, 'two'), frame(8, Uint8Array.of(3, 232))));
    expect(peer.takeHex()).toBe('8a 01 70 88 02 03 e8');
    expect(log).toEqual(['open', ['ping', 'p']]);
    end();
    expect(log).toEqual(['open', ['ping', 'p'], 'one', 'two', ['close', true, 1000, null]]);
  });

  test('they come in order once it is resumed', () => {
    const { protocol, send, log } = rawServer();
    protocol.pauseReceiving();
    send(joined(frame(1, 'one'), frame(1, 'two')));
    protocol.resumeReceiving();
    send(frame(1, 'three'));
    expect(log).toEqual(['open', 'one', 'two', 'three']);
  });

  test('one at a time, by pausing in the hook', () => {
    const log: Log = [];
    class OneByOne extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array): void {
        log.push(text(payload));
        this.pauseReceiving();
      }
    }
    const { protocol, send } = rawServer({ Protocol: OneByOne });
    send(joined(frame(1, 'one'), frame(1, 'two'), frame(1, 'three')));
    expect(log).toEqual(['one']);
    protocol.resumeReceiving();
    expect(log).toEqual(['one', 'two']);
    protocol.resumeReceiving();
    send(frame(1, 'four'));
    expect(log).toEqual(['one', 'two', 'three']);
    protocol.resumeReceiving();
    expect(log).toEqual(['one', 'two', 'three', 'four']);
  });

  test('of a message whose hook failed nothing more comes, though it is resumed', () => {
    const log: Log = [];
    class Failing extends WebSocketServerProtocol {
      override onMessageBegin(): void {
        log.push('begin');
        throw new Error('no');
      }
      override onMessageFrameData(): void {
        log.push('data');
      }
      override onMessageEnd(): void {
        log.push('end');
      }
      override onClosing(): void {
        log.push('closing');
        this.resumeReceiving();
      }
    }
    const { send } = rawServer({ Protocol: Failing });
    send(joined(frame(1, 'one'), frame(1, 'two')));
    expect(log).toEqual(['begin', 'closing']);
  });

  test('resuming inside of what is being delivered changes nothing', () => {
    const log: Log = [];
    class Restless extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array): void {
        log.push(text(payload));
        this.pauseReceiving();
        this.resumeReceiving();
      }
    }
    const { protocol, send } = rawServer({ Protocol: Restless });
    protocol.pauseReceiving();
    send(joined(frame(1, 'one'), frame(1, 'two')));
    protocol.resumeReceiving();
    send(frame(1, 'three'));
    expect(log).toEqual(['one', 'two', 'three']);
  });

  test('what waits is bounded: the peer has to wait then, and nothing is lost', () => {
    const { protocol, send, log, flush } = rawServer({ capacity: 1000 });
    protocol.pauseReceiving();
    const count = 500;
    for (let i = 0; i < count; i++) send(frame(1, `${i}`.padEnd(1000, '.')));
    send(frame(9, 'far behind'));
    expect(log).toEqual(['open']);
    protocol.resumeReceiving();
    flush();
    expect(log.length).toBe(count + 2);
    expect(log.slice(1, -1).map(message => Number.parseInt(`${message}`, 10))).toEqual([...Array(count).keys()]);
  });

  test.each([
    ['messages', frame(1, '')],
    ['frames of one message', frame(0, '', { fin: false })],
  ])('empty %s count as well: they do not pile up without end', (_name, empty) => {
    class Frames extends WebSocketServerProtocol {
      override onMessageFrameBegin(): void {}
    }
    const isMessage = empty[0] === 0x81;
    const { protocol, send, peer, flush } = rawServer(isMessage ? {} : { Protocol: Frames });
    protocol.pauseReceiving();
    send(frame(9, 'near'));
    if (!isMessage) send(frame(1, 'begin', { fin: false }));
    for (let i = 0; i < 2000; i++) send(empty);
    send(frame(9, 'far behind'));
    // The second ping is behind what is not read: the peer has to wait.
    expect(peer.take()).toEqual(frame(10, 'near', { mask: null }));
    protocol.resumeReceiving();
    flush();
    expect(peer.take()).toEqual(frame(10, 'far behind', { mask: null }));
  });

  test('everything that was read is delivered when the connection is lost', () => {
    const { protocol, send, log, destroy } = rawServer({ capacity: 1_000_000 });
    protocol.pauseReceiving();
    const count = 62;
    send(joined(...Array.from({ length: count }, (_, i) => frame(1, `${i}`.padEnd(1000, '.')))));
    expect(log).toEqual(['open']);
    destroy();
    expect(log.length).toBe(count + 2);
    expect(log.at(-1)).toEqual(['close', false, 1006, expect.anything()]);
  });
});

describe('hooks that fail', () => {
  const hooks = [
    'onOpen',
    'onMessage',
    'onPing',
    'onPong',
    'onMessageBegin',
    'onMessageFrameData',
    'onMessageEnd',
  ] as const;
  const ways = {
    throw() {
      throw new Error('secret');
    },
    async reject() {
      throw new Error('secret');
    },
  };
  for (const [way, fail] of Object.entries(ways)) {
    test.each(hooks)(`%s that ${way}s ends its connection with 1011, and says no more`, async hook => {
      class Failing extends WebSocketServerProtocol {}
      Object.defineProperty(Failing.prototype, hook, { value: fail });
      const { protocol, send, peer, end } = rawServer({ Protocol: Failing, isOpened: false });
      send(bytes(REQUEST));
      send(joined(frame(9), frame(10), frame(1, 'x')));
      await null;
      await null;
      send(new Uint8Array(0));
      const sent = peer.takeText();
      expect(sent).toContain('\x03\xf3internal error');
      expect(sent).not.toContain('secret');
      end();
      expect(await protocol.closed).toMatchObject({ closedBy: 'local', error: new Error('secret') });
    });
  }

  test('onClose that throws harms nobody', async () => {
    class Failing extends WebSocketServerProtocol {
      override onClose(): void {
        throw new Error('secret');
      }
    }
    const { protocol, end, factory } = rawServer({ Protocol: Failing });
    end();
    expect(await protocol.closed).toMatchObject({ code: 1006 });
    expect(factory.connectionCount).toBe(0);
  });

  test('what waits is not delivered to it any more', () => {
    const log: Log = [];
    class Failing extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array): void {
        log.push(text(payload));
        throw new Error('secret');
      }
    }
    const { protocol, send, end } = rawServer({ Protocol: Failing });
    protocol.pauseReceiving();
    send(joined(frame(1, 'one'), frame(1, 'two')));
    protocol.resumeReceiving();
    end();
    expect(log).toEqual(['one']);
  });
});

describe('hooks that do something to their connection', () => {
  const actions = {
    close: (protocol: WebSocketServerProtocol) => protocol.sendClose(1000),
    drop: (protocol: WebSocketServerProtocol) => protocol.dropConnection(),
    abort: (protocol: WebSocketServerProtocol) => protocol.dropConnection(true),
    send: (protocol: WebSocketServerProtocol) => protocol.state === 'open' && protocol.sendMessage('sent'),
    pause: (protocol: WebSocketServerProtocol) => protocol.pauseReceiving(),
    resume: (protocol: WebSocketServerProtocol) => protocol.resumeReceiving(),
    fail: (protocol: WebSocketServerProtocol) => transportOf(protocol).fail(new Error('mine')),
  };
  const hooks = [
    'onOpen',
    'onMessageBegin',
    'onMessageFrameBegin',
    'onMessageFrameData',
    'onMessageFrameEnd',
    'onMessageFrame',
    'onMessageEnd',
    'onMessage',
    'onPing',
    'onPong',
    'onClose',
  ] as const;
  for (const [name, act] of Object.entries(actions)) {
    test.each(hooks)(`${name} in %s: onClose comes once, last`, async hook => {
      const calls: string[] = [];
      class Acting extends WebSocketServerProtocol {}
      for (const each of hooks) {
        const inherited = Acting.prototype[each] as (...values: unknown[]) => unknown;
        Object.defineProperty(Acting.prototype, each, {
          value(this: WebSocketServerProtocol, ...values: unknown[]) {
            calls.push(each);
            if (each === hook) act(this);
            return inherited.apply(this, values);
          },
        });
      }
      const { protocol, send, end, advance } = rawServer({ Protocol: Acting });
      send(joined(frame(9), frame(1, 'a', { fin: false }), frame(10), frame(0, 'b'), frame(1, 'c')));
      end();
      advance(10_000);
      await protocol.closed;
      expect(calls.filter(call => call === 'onClose')).toHaveLength(1);
      expect(calls.at(-1)).toBe('onClose');
      expect(protocol.state).toBe('closed');
    });
  }
});

describe('the hooks of frames', () => {
  test('are called in order, with the chunks as they come', () => {
    const log: Log = [];
    class Frames extends WebSocketServerProtocol {
      override onMessageBegin(isBinary: boolean): void {
        log.push(['begin', isBinary]);
        super.onMessageBegin(isBinary);
      }
      override onMessageFrameBegin(length: number): void {
        log.push(['frame', length]);
        super.onMessageFrameBegin(length);
      }
      override onMessageFrameData(chunk: Uint8Array): void {
        log.push(['data', text(chunk)]);
        super.onMessageFrameData(chunk);
      }
      override onMessageFrameEnd(): void {
        log.push('frame end');
        super.onMessageFrameEnd();
      }
      override onMessageFrame(chunks: Uint8Array[]): void {
        log.push(chunks.map(text));
        super.onMessageFrame(chunks);
      }
      override onMessageEnd(): void {
        log.push('end');
        super.onMessageEnd();
      }
      override onMessage(payload: Uint8Array): void {
        log.push(text(payload));
      }
      override onPing(): void {
        log.push('ping');
      }
    }
    const { send } = rawServer({ Protocol: Frames });
    const wire = joined(frame(1, 'he', { fin: false }), frame(9), frame(0, 'llo'), frame(2, ''));
    send(wire.subarray(0, 7));
    send(wire.subarray(7, 20));
    for (const byte of wire.subarray(20)) send(Uint8Array.of(byte));
    expect(log).toEqual([
      ['begin', false],
      ['frame', 2],
      ['data', 'h'],
      ['data', 'e'],
      'frame end',
      ['h', 'e'],
      'ping',
      ['frame', 3],
      ['data', 'l'],
      ['data', 'l'],
      ['data', 'o'],
      'frame end',
      ['l', 'l', 'o'],
      'end',
      'hello',
      ['begin', true],
      ['frame', 0],
      ['data', ''],
      'frame end',
      [''],
      'end',
      '',
    ]);
  });

  test('wait like messages while receiving is paused', () => {
    const log: Log = [];
    class Chunks extends WebSocketServerProtocol {
      override onMessageFrameData(chunk: Uint8Array): void {
        log.push(text(chunk));
      }
    }
    const { protocol, send } = rawServer({ Protocol: Chunks });
    protocol.pauseReceiving();
    send(joined(frame(1, 'a', { fin: false }), frame(0, 'b')));
    expect(log).toEqual([]);
    protocol.resumeReceiving();
    expect(log).toEqual(['a', 'b']);
  });
});

describe('listeners', () => {
  test('hear messages after onMessage; rejections end the connection', async () => {
    const { protocol, send, log, peer } = rawServer();
    const listener = (payload: Uint8Array): void => {
      log.push(`heard ${text(payload)}`);
    };
    protocol.on('message', listener);
    send(frame(1, 'a'));
    protocol.off('message', listener);
    send(frame(1, 'b'));
    protocol.on('message', listener).off();
    send(frame(1, 'c'));
    expect(log).toEqual(['open', 'a', 'heard a', 'b', 'c']);
    protocol.on('message', async () => {
      throw new Error('secret');
    });
    send(frame(1, 'd'));
    await new Promise(resolve => setImmediate(resolve));
    send(new Uint8Array(0));
    expect(peer.takeHex()).toMatch(/^88 .. 03 f3/);
  });

  test('there is one event only', () => {
    const { protocol } = rawServer();
    expect(() => protocol.on('open' as never, () => {})).toThrow(RangeError);
    expect(() => protocol.on('message', 7 as never)).toThrow(TypeError);
    expect(() => protocol.off('open' as never)).toThrow(RangeError);
    expect(() => protocol.off(undefined, () => {})).toThrow(TypeError);
  });
});

test('a payload is the receiver’s to keep', () => {
  const kept: Uint8Array[] = [];
  class Keeping extends WebSocketServerProtocol {
    override onMessage(payload: Uint8Array): void {
      kept.push(payload);
    }
  }
  const platform = { allocateSlab: (length: number) => new ArrayBuffer(length) };
  const { send } = rawServer({ Protocol: Keeping, platform });
  for (let i = 0; i < 40; i++) send(frame(2, bytes(`${i}`.padEnd(500, 'x'))));
  expect(kept.map(payload => Number.parseInt(text(payload), 10))).toEqual([...Array(40).keys()]);
});
