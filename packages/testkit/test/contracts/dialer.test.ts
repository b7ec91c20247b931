import type { ByteStream, Dialer, DialTarget } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { type DialerSetup, dialerContract, memoryPair } from '../../src/index.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

const target: DialTarget = { hostname: 'memory', port: 1, isSecure: false, udsPath: null };
const refusedTarget: DialTarget = { ...target, port: 2 };

/** A place in memory where one can be dialled: port 1. */
function memoryPlace(): { dial: Dialer['dial']; accept(): Promise<ByteStream> } {
  const waiting: ByteStream[] = [];
  const accepting: ((stream: ByteStream) => void)[] = [];
  return {
    accept: () =>
      new Promise(resolve => {
        const stream = waiting.shift();
        if (stream === undefined) accepting.push(resolve);
        else resolve(stream);
      }),
    async dial({ port }, { signal } = {}) {
      const onAbort = (): void => {};
      signal?.addEventListener('abort', onAbort);
      await Promise.resolve();
      signal?.removeEventListener('abort', onAbort);
      if (signal?.aborted) throw signal.reason;
      if (port !== 1) throw new Error('nobody listens');
      const { a, b } = memoryPair();
      const accept = accepting.shift();
      if (accept === undefined) waiting.push(b);
      else accept(b);
      return a;
    },
  };
}

function makeSetup(change: (dial: Dialer['dial']) => Dialer['dial']): () => Promise<DialerSetup> {
  return async () => {
    const { dial, accept } = memoryPlace();
    return { dialer: { dial: change(dial) }, target, refusedTarget, accept, close: async () => {} };
  };
}

dialerContract(
  'a dialer in memory',
  makeSetup(dial => dial),
  { describe, test },
);

const silent = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

const broken: Record<string, (dial: Dialer['dial']) => Dialer['dial']> = {
  'never connects': () => () => new Promise(() => {}),
  'connects with itself': () => async () => memoryPair().a,
  'has attached to the stream': dial => async (where, options) => {
    const stream = await dial(where, options);
    stream.attach(silent);
    return stream;
  },
  'gives the same stream twice': dial => {
    let first: Promise<ByteStream> | null = null;
    return (where, options) => {
      first ??= dial(where, options);
      return first;
    };
  },
  'resolves where nobody listens': dial => where => (where.port === 1 ? dial(where) : Promise.resolve(memoryPair().a)),
  'rejects with a text': dial => async (where, options) => {
    if (where.port !== 1) throw 'nobody listens';
    return dial(where, options);
  },
  'does not look at the signal': dial => where => dial(where),
  'looks at the signal only before': dial => async (where, options) => {
    if (options?.signal?.aborted) throw options.signal.reason;
    return dial(where);
  },
  'rejects with an error of its own': dial => (where, options) =>
    dial(where, options).catch(cause => Promise.reject(new Error('failed', { cause }))),
  'goes on listening to the signal': dial => (where, options) => {
    options?.signal?.addEventListener('abort', () => {});
    return dial(where, options);
  },
};

describe('dialerContract finds a dialer that', () => {
  test.each(Object.entries(broken))('%s', async (_, change) => {
    expect(await firstBrokenRule(runner => dialerContract('broken', makeSetup(change), runner))).not.toBe(null);
  });

  test('cannot be refused: that is not asked where there is no such target', async () => {
    const make = async (): Promise<DialerSetup> => ({ ...(await makeSetup(dial => dial)()), refusedTarget: undefined });
    expect(await firstBrokenRule(runner => dialerContract('memory', make, runner))).toBe(null);
  });
});
