import { describe, expect, test } from 'vitest';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { frame, type Log, rawClient, rawServer } from '../harness.ts';

function pinging(log: Log): new () => WebSocketServerProtocol {
  return class extends WebSocketServerProtocol {
    override onAutoPong(latency: number): void {
      log.push(['latency', latency]);
    }
    override onPong(): void {
      log.push('pong');
    }
    override onClose(wasClean: boolean): void {
      log.push(['close', wasClean]);
    }
  };
}

function start(options: Record<string, number | boolean>) {
  const log: Log = [];
  const server = rawServer({ options, Protocol: pinging(log) });
  return { ...server, log };
}

describe('automatic pings', () => {
  test('go out at the interval; a pong gives the latency, and the next ping', () => {
    const { advance, peer, send, log } = start({ autoPingInterval: 5000, autoPingTimeout: 2000, autoPingSize: 20 });
    advance(4999);
    expect(peer.take().length).toBe(0);
    advance(1);
    const ping = peer.take();
    expect([...ping.subarray(0, 2)]).toEqual([0x89, 20]);
    advance(30);
    send(frame(10, ping.subarray(2)));
    expect(log).toEqual([['latency', 30], 'pong']);
    advance(4999);
    expect(peer.take().length).toBe(0);
    advance(1);
    const next = peer.take();
    expect(next[0]).toBe(0x89);
    expect(next.subarray(2)).not.toEqual(ping.subarray(2));
  });

  test('go out from clients as well, masked, once the handshake is done', () => {
    const { advance, accept, peer, platform } = rawClient({ options: { autoPingInterval: 5000 }, isOpened: false });
    advance(4000);
    accept();
    expect(platform.clock.pendingTimers).toBe(1);
    advance(4999);
    expect(peer.take().length).toBe(0);
    advance(1);
    expect([...peer.take().subarray(0, 2)]).toEqual([0x89, 0x80 | 12]);
  });

  test('without a pong drop the connection after the timeout', async () => {
    const { advance, peer, send, log, protocol } = start({ autoPingInterval: 5000, autoPingTimeout: 2000 });
    advance(5000);
    send(frame(10, 'another'));
    advance(1999);
    expect(peer.isClosed).toBe(false);
    advance(1);
    expect(peer.isClosed).toBe(true);
    expect(log).toEqual(['pong', ['close', false]]);
    expect(await protocol.closed).toMatchObject({ timeout: 'autoPing', closedBy: 'local' });
  });

  test('count a piece of a frame as a sign of life, by autoPingRestartOnAnyTraffic', () => {
    const options = { autoPingInterval: 1000, autoPingTimeout: 1000, autoPingRestartOnAnyTraffic: true };
    const { advance, peer, send } = start(options);
    send(frame(2, new Uint8Array(60_000)).subarray(0, 20));
    for (let i = 0; i < 50; i++) {
      advance(100);
      send(new Uint8Array(10));
    }
    expect(peer.isClosed).toBe(false);
    advance(2000);
    expect(peer.isClosed).toBe(true);
  });

  test('do not blame the peer for what is not read since the application is behind', () => {
    const { advance, peer, send, protocol, log } = start({ autoPingInterval: 1000, autoPingTimeout: 1000 });
    protocol.pauseReceiving();
    for (let i = 0; i < 10; i++) send(frame(2, new Uint8Array(10_000)));
    advance(1000);
    const ping = peer.take();
    send(frame(10, ping.subarray(2)));
    advance(5000);
    expect(peer.isClosed).toBe(false);
    protocol.resumeReceiving();
    advance(0);
    expect(log.at(-1)).toBe('pong');
    advance(3000);
    expect(peer.isClosed).toBe(true);
  });

  test('are put off within a frame that is being sent: they would have to wait for its end', () => {
    const { advance, peer, protocol } = start({ autoPingInterval: 1000, autoPingTimeout: 1000 });
    protocol.beginMessage(true);
    protocol.beginMessageFrame(2);
    advance(5000);
    expect(peer.takeHex()).toBe('02 02');
    protocol.sendMessageFrameData(new Uint8Array(2));
    protocol.endMessage();
    advance(0);
    expect(peer.takeHex()).toBe('00 00 80 00');
    advance(1000);
    expect(peer.take()[0]).toBe(0x89);
  });

  test('go on without a timeout, pong or no pong', () => {
    const { advance, peer } = start({ autoPingInterval: 100 });
    advance(350);
    expect(peer.take().length).toBe(3 * 14);
  });

  test('data counts as the pong, unless an option says otherwise', () => {
    for (const autoPingRestartOnAnyTraffic of [true, false]) {
      const { advance, peer, send } = start({
        autoPingInterval: 100,
        autoPingTimeout: 50,
        autoPingRestartOnAnyTraffic,
      });
      advance(100);
      send(frame(1, 'data'));
      advance(60);
      expect(peer.isClosed).toBe(!autoPingRestartOnAnyTraffic);
      peer.take();
      advance(40);
      expect(peer.take().length).toBe(autoPingRestartOnAnyTraffic ? 14 : 0);
    }
  });

  test('data while no ping is under way changes nothing', () => {
    const { advance, peer, send } = start({ autoPingInterval: 100 });
    advance(50);
    send(frame(1, 'data'));
    advance(50);
    expect(peer.take().length).toBe(14);
  });

  test('stop when the connection closes, and no timer is left', () => {
    const { advance, peer, protocol, end, platform } = start({ autoPingInterval: 100, autoPingTimeout: 50 });
    protocol.sendClose(1000);
    advance(500);
    expect(peer.takeHex()).toBe('88 02 03 e8');
    end();
    expect(platform.clock.pendingTimers).toBe(0);
  });
});
