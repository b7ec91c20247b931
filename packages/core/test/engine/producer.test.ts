import { manualClock } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { type Producer, ProducerDriver } from '../../src/engine/producer.ts';
import { rawServer } from '../harness.ts';

function driver(isStreaming: boolean, producer: Partial<Producer> = {}) {
  const calls: string[] = [];
  const clock = manualClock();
  const whole: Producer = {
    resumeProducing: () => void calls.push('resume'),
    pauseProducing: () => void calls.push('pause'),
    stopProducing: () => void calls.push('stop'),
    ...producer,
  };
  const errors: unknown[] = [];
  const made = new ProducerDriver(whole, isStreaming, { clock, onError: error => void errors.push(error) });
  /** What was called, deferred things included. */
  const take = (): string[] => {
    clock.flush();
    return calls.splice(0);
  };
  return { made, take, errors };
}

describe('a producer that makes data by itself', () => {
  test('is paused while the transport is behind, and resumed after', () => {
    const { made, take } = driver(true);
    made.start(false);
    expect(take()).toEqual([]);
    made.onBlocked();
    made.onBlocked();
    expect(take()).toEqual(['pause']);
    made.onFlushed();
    made.onFlushed();
    expect(take()).toEqual(['resume']);
  });

  test('is paused from the start when the transport is behind already', () => {
    const { made, take } = driver(true);
    made.start(true);
    expect(take()).toEqual(['pause']);
  });

  test('need not know how to pause', () => {
    const { made, take, errors } = driver(true, { pauseProducing: undefined as never });
    made.onBlocked();
    made.onFlushed();
    expect([take(), errors]).toEqual([['resume'], []]);
  });
});

describe('a producer that is asked', () => {
  test('is asked once each time that the transport took everything', () => {
    const { made, take } = driver(false);
    made.start(false);
    made.onFlushed();
    expect(take()).toEqual(['resume']);
    made.onFlushed();
    expect(take()).toEqual(['resume']);
    made.onBlocked();
    expect(take()).toEqual([]);
  });

  test('waits while the transport is behind', () => {
    const { made, take } = driver(false);
    made.start(true);
    expect(take()).toEqual([]);
    made.onFlushed();
    expect(take()).toEqual(['resume']);
  });
});

describe.each([true, false])('a producer (streaming: %s)', isStreaming => {
  test('is told once to stop, and nothing after it', () => {
    const { made, take } = driver(isStreaming);
    made.onFlushed();
    made.stop();
    made.stop();
    expect(take()).toEqual(['stop']);
    made.onBlocked();
    made.onFlushed();
    expect(take()).toEqual([]);
  });

  test('is told nothing once it is unregistered', () => {
    const { made, take } = driver(isStreaming);
    made.onBlocked();
    take();
    made.onFlushed();
    made.release();
    made.stop();
    expect(take().filter(call => call !== 'resume' || !isStreaming)).toEqual([]);
  });

  test('that throws is told of, and harms nobody else', () => {
    const error = new Error('mine');
    const fail = (): never => {
      throw error;
    };
    const { made, take, errors } = driver(isStreaming, {
      resumeProducing: fail,
      pauseProducing: fail,
      stopProducing: fail,
    });
    made.onBlocked();
    made.onFlushed();
    take();
    made.stop();
    take();
    expect(errors.length).toBe(isStreaming ? 3 : 2);
    expect(errors.every(each => each === error)).toBe(true);
  });
});

describe('registerProducer', () => {
  test('asks a pull producer for more as the transport takes it, until the connection closes', () => {
    const { protocol, flush, peer, send, end, log } = rawServer({ capacity: 100 });
    let made = 0;
    let stopped = 0;
    protocol.registerProducer(
      {
        resumeProducing() {
          if (made++ < 500) protocol.sendMessage('x'.repeat(97));
        },
        stopProducing: () => void stopped++,
      },
      false,
    );
    flush();
    expect(peer.take().length).toBe(500 * 99);
    expect(protocol.bufferedAmount).toBe(0);
    protocol.sendMessage('x'.repeat(10_000));
    protocol.sendClose(1000);
    flush();
    expect(stopped).toBe(1);
    // It would have been asked again now, and would have failed the connection that closes.
    send('88 82 00 00 00 00 03 e8');
    end();
    expect(log.at(-1)).toEqual(['close', true, 1000, null]);
    expect(stopped).toBe(1);
  });

  test('pauses a push producer', () => {
    const calls: string[] = [];
    const { protocol, flush } = rawServer({ capacity: 100 });
    const producer = {
      resumeProducing: () => void calls.push('resume'),
      pauseProducing: () => void calls.push('pause'),
      stopProducing: () => void calls.push('stop'),
    };
    protocol.registerProducer(producer, true);
    protocol.sendMessage('x'.repeat(200));
    flush();
    expect(calls).toEqual(['pause', 'resume']);
    protocol.dropConnection(true);
    flush();
    expect(calls).toEqual(['pause', 'resume', 'stop']);
  });

  test('knows when the transport is behind already', () => {
    const calls: string[] = [];
    const { protocol, platform } = rawServer({ capacity: 10 });
    protocol.sendMessage('x'.repeat(100));
    platform.clock.flush();
    protocol.registerProducer(
      { resumeProducing() {}, pauseProducing: () => void calls.push('pause'), stopProducing() {} },
      true,
    );
    expect(calls).toEqual(['pause']);
  });

  test('takes one at a time', () => {
    const { protocol, flush, end } = rawServer();
    const calls: string[] = [];
    const producer = (name: string): Producer => ({
      resumeProducing: () => void calls.push(name),
      stopProducing: () => void calls.push(`${name} stop`),
    });
    protocol.registerProducer(producer('a'), false);
    expect(() => protocol.registerProducer(producer('b'), false)).toThrow(
      expect.objectContaining({ code: 'ERR_SEND_STATE' }),
    );
    protocol.unregisterProducer();
    protocol.unregisterProducer();
    protocol.registerProducer(producer('c'), false);
    flush();
    end();
    expect(calls).toEqual(['c', 'c stop']);
  });

  test('stops a producer at once where nothing can be sent', () => {
    const { protocol, end } = rawServer({ isOpened: false });
    const unattached = rawServer().factory.buildProtocol();
    unattached.unregisterProducer();
    let stopped = 0;
    const producer = { resumeProducing() {}, stopProducing: () => void stopped++ };
    for (const each of [protocol, unattached]) each.registerProducer(producer, true);
    end();
    protocol.registerProducer(producer, true);
    expect(stopped).toBe(3);
  });

  test('a producer that throws ends its connection with 1011', () => {
    const { protocol, flush, peer } = rawServer();
    protocol.registerProducer(
      {
        resumeProducing() {
          throw new Error('secret');
        },
        stopProducing() {},
      },
      false,
    );
    flush();
    expect(peer.takeHex()).toMatch(/^88 .. 03 f3/);
  });
});
