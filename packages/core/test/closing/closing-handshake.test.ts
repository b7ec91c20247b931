import { describe, expect, test } from 'vitest';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { frame, rawClient, rawServer } from '../harness.ts';

const close = (code: number | null, reason = '', mask: number[] | null = [1, 2, 3, 4]): Uint8Array => {
  const text = new TextEncoder().encode(reason);
  return frame(8, code === null ? '' : Uint8Array.from([code >> 8, code & 255, ...text]), { mask });
};

const unclean = (part: string): unknown => ['close', false, 1006, expect.stringContaining(part)];

describe('a server that receives a Close frame (RFC 6455, 5.5.1)', () => {
  test.each([
    { name: '1000', sent: close(1000), answer: '88 02 03 e8', end: ['close', true, 1000, null] },
    { name: 'nothing', sent: close(null), answer: '88 02 03 e8', end: ['close', true, null, null] },
    { name: '1001 and a reason', sent: close(1001, 'off'), answer: '88 02 03 e8', end: ['close', true, 1001, 'off'] },
    { name: '3000', sent: close(3000), answer: '88 02 03 e8', end: ['close', true, 3000, null] },
    { name: '1014 (IANA)', sent: close(1014), answer: '88 02 03 e8', end: ['close', true, 1014, null] },
  ])('answers $name with 1000, ends the connection, and is told once', ({ sent, answer, end }) => {
    const { send, end: endPeer, peer, log, protocol } = rawServer();
    send(sent);
    expect(peer.takeHex()).toBe(answer);
    expect(peer.isEnded).toBe(true);
    expect(protocol.state).toBe('closed');
    endPeer();
    expect(log).toEqual(['open', end]);
  });

  test('echoes code and reason by echoCloseCodeReason', () => {
    const { send, end, peer, log } = rawServer({ options: { echoCloseCodeReason: true } });
    send(close(1001, 'off'));
    expect(peer.takeHex()).toBe('88 05 03 e9 6f 66 66');
    end();
    expect(log.at(-1)).toEqual(['close', true, 1001, 'off']);
  });

  test('echoes an empty one as empty', () => {
    const { send, peer } = rawServer({ options: { echoCloseCodeReason: true } });
    send(close(null));
    expect(peer.takeHex()).toBe('88 00');
  });

  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])('drops at once over %i by failByDrop', code => {
    const { send, peer, log } = rawServer({ options: { failByDrop: true } });
    send(close(code));
    expect(peer.takeHex()).toBe('');
    expect(peer.isClosed).toBe(true);
    expect(log.at(-1)).toEqual(unclean('close code'));
  });

  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])('answers %i with 1002', code => {
    const { send, end, peer, log } = rawServer();
    send(close(code));
    expect(peer.takeHex()).toMatch(/^88 .. 03 ea/);
    end();
    expect(log.at(-1)).toEqual(['close', true, 1000, null]);
  });

  test('answers a reason that is not UTF-8 with 1007, and keeps the code', () => {
    const { send, end, peer, log } = rawServer();
    send(frame(8, Uint8Array.from([0x03, 0xe9, 0xff])));
    expect(peer.takeHex()).toMatch(/^88 .. 03 ef/);
    end();
    expect(log.at(-1)).toEqual(['close', true, 1001, null]);
  });

  test('does not hear what comes after it', () => {
    const { send, log } = rawServer();
    send(Uint8Array.from([...close(1000), ...frame(1, 'late'), ...close(1001)]));
    expect(log).toEqual(['open']);
  });

  test('drops a client that does not close the connection, cleanly', () => {
    const { send, advance, peer, log } = rawServer();
    send(close(1000));
    advance(999);
    expect(peer.isClosed).toBe(false);
    advance(1);
    expect(peer.isClosed).toBe(true);
    expect(log.at(-1)).toEqual(['close', true, 1000, null]);
  });
});

describe('sendClose', () => {
  test('without arguments sends an empty frame', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.sendClose();
    flush();
    expect(peer.takeHex()).toBe('88 00');
    expect(protocol.state).toBe('closing');
  });

  test('sends code and reason, cut to 123 bytes at a code point', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.sendClose(1000, 'é'.repeat(100));
    flush();
    const sent = peer.take();
    expect(sent.length).toBe(2 + 2 + 122);
    expect(new TextDecoder().decode(sent.subarray(4))).toBe('é'.repeat(61));
  });

  test.each([
    { name: 'a reason without code', call: [null, 'x'], error: RangeError },
    { name: 'a code of another type', call: ['1000', null], error: TypeError },
    { name: 'a reason of another type', call: [1000, new Float32Array(20)], error: TypeError },
    { name: 'code 10', call: [10, null], error: RangeError },
    { name: 'code 1005', call: [1005, null], error: RangeError },
    { name: 'code 1001, which is for the library', call: [1001, null], error: RangeError },
    { name: 'code 1000.5', call: [1000.5, null], error: RangeError },
    { name: 'NaN', call: [Number.NaN, null], error: RangeError },
    { name: 'code 5000', call: [5000, null], error: RangeError },
  ])('refuses $name, and changes nothing', ({ call, error }) => {
    const { protocol, flush, peer } = rawServer();
    expect(() => protocol.sendClose(call[0] as number, call[1] as string)).toThrow(error);
    flush();
    expect(peer.takeHex()).toBe('');
    expect(protocol.state).toBe('open');
  });

  test('is answered: the server closes the connection, cleanly', () => {
    const { protocol, send, end, log, peer } = rawServer();
    protocol.sendClose(3001, 'x');
    send(close(3001, 'x'));
    expect(peer.isEnded).toBe(true);
    end();
    expect(log.at(-1)).toEqual(['close', true, 3001, 'x']);
  });

  test('is not answered: the connection is dropped after closeHandshakeTimeout', async () => {
    const { protocol, advance, peer, log } = rawServer({ options: { closeHandshakeTimeout: 700 } });
    protocol.sendClose(1000);
    advance(699);
    expect(peer.isClosed).toBe(false);
    advance(1);
    expect(peer.isClosed).toBe(true);
    expect(log.at(-1)).toEqual(unclean('the closeHandshakeTimeout has passed'));
    expect(await protocol.closed).toMatchObject({ closedBy: 'local', timeout: 'closeHandshake', stage: 'closing' });
  });

  test('a second one does nothing', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.sendClose(1000);
    protocol.sendClose(3000);
    flush();
    expect(peer.takeHex()).toBe('88 02 03 e8');
  });

  test('messages still arrive until the answer', () => {
    const { protocol, send, log } = rawServer();
    protocol.sendClose(1000);
    send(frame(1, 'late'));
    send(frame(9, 'p'));
    expect(log).toEqual(['open', 'late', ['ping', 'p']]);
  });
});

describe('a client', () => {
  test('waits for the server to drop the connection (RFC 6455, 7.1.1)', () => {
    const { protocol, send, end, peer, log } = rawClient();
    protocol.sendClose(3001);
    send(close(1000, '', null));
    expect(peer.isEnded).toBe(false);
    end();
    expect(log.at(-1)).toEqual(['close', true, 1000, null]);
  });

  test('drops a server that does not, whoever began to close', () => {
    for (const isFirst of [true, false]) {
      const { protocol, send, advance, peer, log } = rawClient();
      if (isFirst) protocol.sendClose(3001);
      send(close(1000, '', null));
      advance(999);
      expect(peer.isClosed).toBe(false);
      advance(1);
      expect(peer.isClosed).toBe(true);
      expect(log.at(-1)).toEqual(unclean('the serverConnectionDropTimeout has passed'));
    }
  });

  test('waits for ever when the timeout is 0', () => {
    const { send, advance, peer } = rawClient({ options: { serverConnectionDropTimeout: 0 } });
    send(close(1000, '', null));
    advance(1_000_000);
    expect(peer.isClosed).toBe(false);
  });
});

describe('a connection that is lost', () => {
  test('in the middle of everything is 1006, by the transport', async () => {
    const { protocol, end, log } = rawServer();
    end();
    expect(log.at(-1)).toEqual(unclean('without a Close frame'));
    expect(await protocol.closed).toMatchObject({
      wasClean: false,
      closedBy: 'transport',
      stage: 'open',
      localCode: null,
    });
  });

  test('without an end too', async () => {
    const { protocol, destroy, log } = rawServer();
    destroy();
    expect(log).toHaveLength(2);
    expect(await protocol.closed).toMatchObject({ code: 1006, closedBy: 'transport' });
  });

  test('after our Close frame, unanswered, is 1006, by us', async () => {
    const { protocol, end } = rawServer();
    protocol.sendClose(1000);
    end();
    expect(await protocol.closed).toMatchObject({ code: 1006, closedBy: 'local', localCode: 1000 });
  });
});

describe('failing', () => {
  test('by a Close frame, then the answer of the peer: clean, with its code', () => {
    const { send, end, peer, log } = rawServer();
    send(frame(3, 'reserved'));
    expect(peer.takeHex()).toMatch(/^88 .. 03 ea/);
    send(close(1002));
    expect(peer.isEnded).toBe(true);
    end();
    expect(log).toEqual(['open', ['close', true, 1002, null]]);
  });

  test('the answer is found behind more that breaks the rules', () => {
    const { send, end, log } = rawServer();
    send(Uint8Array.from([...frame(1, Uint8Array.from([0xff, 0xff])), ...frame(3, 'x'.repeat(300)), ...frame(9, 'p')]));
    send(frame(0, 'y'));
    const last = Uint8Array.from([...frame(2, 'z', { mask: null }), ...close(1007)]);
    for (const byte of last) send(Uint8Array.of(byte));
    end();
    expect(log).toEqual(['open', ['close', true, 1007, null]]);
  });

  test('is unclean when the peer does not answer', async () => {
    const { send, advance, protocol, log } = rawServer();
    send(frame(1, Uint8Array.of(0xff)));
    advance(1000);
    expect(log.at(-1)).toEqual(unclean('invalid utf8'));
    expect(await protocol.closed).toMatchObject({
      closedBy: 'local',
      localCode: 1007,
      error: expect.objectContaining({ code: 'ERR_INVALID_UTF8' }),
    });
  });

  const invalid: [name: string, wire: string][] = [
    ['126 bytes', '88 fe 00 7e 00 00 00 00'],
    ['65,536 bytes', '88 ff 00 00 00 00 00 01 00 00 00 00 00 00'],
    ['2^63 bytes', '88 ff 80 00 00 00 00 00 00 00'],
    ['2 in 16 bits', '88 fe 00 02 00 00 00 00 03 e8'],
    ['2 in 64 bits', '88 ff 00 00 00 00 00 00 00 02 00 00 00 00 03 e8'],
    ['one byte', '88 81 00 00 00 00 03'],
    ['a fragment', '08 82 00 00 00 00 03 e8'],
    ['a fragment that is too long', '08 fe 00 7e 00 00 00 00'],
    ['a reserved bit', 'a8 82 00 00 00 00 03 e8'],
    ['not masked', '88 02 03 e8'],
    ['too long, and not masked', '88 7e 00 7e'],
    ['a code that may not be sent', '88 82 00 00 00 00 03 ed'],
    ['a reason that is not UTF-8', '88 83 00 00 00 00 03 e8 ff'],
  ];
  test.each(invalid)('over a Close frame of %s ends at once: nothing is waited for', (_name, wire) => {
    const { send, peer, protocol, advance, platform } = rawServer();
    send(wire);
    expect(peer.takeHex()).toMatch(/^88 .. 03 e[af]/);
    expect(peer.isEnded).toBe(true);
    expect(protocol.state).toBe('closed');
    // The rest of the frame, and more.
    send(new Uint8Array(1000));
    expect(peer.takeHex()).toBe('');
    advance(1000);
    expect(platform.clock.pendingTimers).toBe(0);
  });

  test('over a Close frame that is too long is unclean, and says why', async () => {
    const { send, end, peer, protocol, log } = rawServer();
    for (const byte of frame(8, 'x'.repeat(200))) send(Uint8Array.of(byte));
    expect(peer.isEnded).toBe(true);
    end();
    expect(log).toEqual(['open', unclean('control too long')]);
    expect(await protocol.closed).toMatchObject({
      closedBy: 'local',
      localCode: 1002,
      timeout: null,
      error: { code: 'ERR_CONTROL_TOO_LONG' },
    });
  });

  test('over a Close frame from a server that is too long too: the client ends its side at once', () => {
    for (const [wire, message] of [
      ['88 7e 00 7e', 'control too long'],
      ['88 7f 00 00 00 00 00 00 00 80', 'control too long'],
      ['88 fe 00 7e', 'masked frame'],
    ] as const) {
      const { send, end, peer, protocol, log } = rawClient();
      send(wire);
      expect(peer.isEnded).toBe(true);
      expect(protocol.state).toBe('closed');
      end();
      expect(log).toEqual(['open', unclean(message)]);
    }
  });

  test('over anything: a Close frame that is too long is not waited beyond', () => {
    const { send, peer } = rawServer();
    send(frame(3, 'reserved'));
    expect(peer.isEnded).toBe(false);
    send('88 fe');
    expect(peer.isEnded).toBe(true);
  });

  test('a second time ends the connection', () => {
    const { send, end, peer, log } = rawServer();
    send(frame(3));
    send(close(999));
    expect(peer.takeHex()).toMatch(/^88 .. 03 ea [^.]*$/);
    expect(peer.isEnded).toBe(true);
    end();
    expect(log).toHaveLength(2);
  });

  test('drops at once by failByDrop, and says nothing', () => {
    const { send, peer, log } = rawServer({ options: { failByDrop: true } });
    send(frame(3));
    expect(peer.takeHex()).toBe('');
    expect(peer.isClosed).toBe(true);
    expect(log.at(-1)).toEqual(unclean('reserved opcode'));
  });
});

describe('an application that ends or breaks things in onClosing', () => {
  const hostile = (onClosing: (this: WebSocketServerProtocol) => void): (new () => WebSocketServerProtocol) => {
    class Hostile extends WebSocketServerProtocol {}
    Hostile.prototype.onClosing = onClosing;
    return Hostile;
  };

  test.each([
    {
      name: 'throws',
      Protocol: hostile(() => {
        throw new Error('a bug');
      }),
    },
    {
      name: 'drops the connection',
      Protocol: hostile(function () {
        this.dropConnection();
      }),
    },
  ])('the peer has its Close frame all the same, and its time to go, when onClosing $name', async ({ Protocol }) => {
    const { send, peer, protocol, advance } = rawServer({ Protocol });
    send(close(1000));
    expect(peer.takeHex()).toBe('88 02 03 e8');
    expect(peer.isEnded).toBe(true);
    expect(peer.isClosed).toBe(false);
    advance(1000);
    expect(peer.isClosed).toBe(true);
    expect(await protocol.closed).toMatchObject({ wasClean: true, code: 1000 });
  });

  test('the wait for an answer does not replace the wait for the end', async () => {
    const Protocol = hostile(function () {
      this.dropConnection();
    });
    const { peer, protocol, flush, advance } = rawServer({
      Protocol,
      options: { closeHandshakeTimeout: 0, serverConnectionDropTimeout: 50 },
    });
    protocol.sendClose(4000);
    flush();
    expect(peer.takeHex()).toBe('88 02 0f a0');
    advance(50);
    expect(await protocol.closed).toMatchObject({ localCode: 4000, timeout: 'serverConnectionDrop' });
  });
});
