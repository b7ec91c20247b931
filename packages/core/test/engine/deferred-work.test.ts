// Whatever happens between the parts of what is read: every message comes once, in order, and nothing waits for ever.

import { memoryPair } from '@ws/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engineOf } from '../../src/protocol/protocol.ts';
import { WebSocketServerFactory } from '../../src/protocol/server-factory.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { bytes, frame, joined, RawPeer, REQUEST, testPlatform, text } from '../harness.ts';

/** What can happen, at any time. */
type Step =
  | { readonly do: 'send'; readonly count: number; readonly size: number; readonly cut: number }
  | { readonly do: 'pause' | 'resume' | 'turn' | 'useUp' | 'others' };

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('send' as const),
      count: fc.integer({ min: 1, max: 400 }),
      size: fc.constantFrom(0, 3, 700, 40_000),
      cut: fc.constantFrom(1, 7, 1000, 65_536, 1_000_000),
    }),
    fc.record({ do: fc.constantFrom('pause' as const, 'resume', 'turn', 'useUp', 'others') }),
  ),
  { maxLength: 25 },
);

/** Numbered messages; every third in fragments with a ping between them. */
function messages(from: number, count: number, size: number): Uint8Array {
  return joined(
    ...Array.from({ length: Math.min(count, size > 1000 ? 20 : count) }, (_, i) => {
      const content = `${from + i}`.padEnd(size, '.');
      if ((from + i) % 3 !== 0) return frame(1, content);
      return joined(frame(1, content, { fin: false }), frame(9, 'p'), frame(0, 'ä'));
    }),
  );
}

class Taking extends WebSocketServerProtocol {
  readonly taken: number[] = [];
  ends = 0;
  isPaused = false;
  override pauseReceiving(): void {
    this.isPaused = true;
    super.pauseReceiving();
  }
  override resumeReceiving(): void {
    this.isPaused = false;
    super.resumeReceiving();
  }
  override onMessage(payload: Uint8Array): void {
    this.taken.push(Number.parseInt(text(payload), 10));
    if (this.taken.length % 5 === 0) {
      this.pauseReceiving();
      if (this.taken.length % 10 === 0) this.resumeReceiving();
    }
  }
  override onClose(): void {
    this.ends++;
  }
}

function setup() {
  const platform = testPlatform();
  const factory = new WebSocketServerFactory({}, platform);
  factory.protocol = Taking;
  const connections = [0, 1].map(() => {
    const pair = memoryPair({ manual: true, capacity: Number.POSITIVE_INFINITY });
    const protocol = factory.buildProtocol() as Taking;
    protocol.attach(pair.a);
    const peer = new RawPeer();
    pair.b.attach(peer);
    pair.b.write(bytes(REQUEST));
    pair.flush();
    platform.clock.flush();
    pair.flush();
    return { pair, protocol, peer };
  });
  return { clock: platform.clock, connections };
}

/** Does what the steps say. @returns how many messages were sent */
function perform({ clock, connections }: ReturnType<typeof setup>, schedule: readonly Step[]): number {
  const [one, other] = connections as [(typeof connections)[0], (typeof connections)[0]];
  let sent = 0;
  for (const step of schedule) {
    if (step.do === 'send') {
      const wire = messages(sent, step.count, step.size);
      sent += Math.min(step.count, step.size > 1000 ? 20 : step.count);
      const cut = Math.max(step.cut, wire.length >> 8);
      for (let at = 0; at < wire.length; at += cut) {
        one.pair.b.write(wire.slice(at, at + cut));
        one.pair.flush();
      }
    } else if (step.do === 'pause') one.protocol.pauseReceiving();
    else if (step.do === 'resume') one.protocol.resumeReceiving();
    else if (step.do === 'useUp') engineOf(other.protocol)!.inflow.work.spend(2 ** 21);
    else if (step.do === 'others') {
      other.pair.b.write(messages(0, 100, 100));
      other.pair.flush();
    } else clock.turn();
    one.pair.flush();
  }
  return sent;
}

/** Lets everything happen. Applications that have paused resume; those that have not are left alone. */
function settle({ clock, connections }: ReturnType<typeof setup>): void {
  for (let isQuiet = false; !isQuiet; ) {
    isQuiet = true;
    for (const { pair } of connections) if (pair.step()) isQuiet = false;
    if (clock.pendingTurns > 0) {
      clock.turn();
      isQuiet = false;
    }
    if (!isQuiet) continue;
    for (const { protocol } of connections) {
      if (!protocol.isPaused) continue;
      protocol.resumeReceiving();
      isQuiet = false;
    }
  }
}

const numbers = (count: number): number[] => [...Array(count).keys()];

describe('a connection whose work is put off', () => {
  test('gets every message once, in order; its pings are answered', () => {
    fc.assert(
      fc.property(steps, schedule => {
        const all = setup();
        const [{ protocol }] = all.connections as [(typeof all.connections)[0]];
        const sent = perform(all, schedule);
        settle(all);
        expect(protocol.taken).toEqual(numbers(sent));
        expect([protocol.state, engineOf(protocol)!.inflow.isBehind]).toEqual(['open', false]);
        // It is not left behind: it reads on.
        all.connections[0]!.pair.b.write(frame(9, 'still there'));
        settle(all);
        expect(text(all.connections[0]!.peer.take().slice(-11))).toBe('still there');
      }),
      { numRuns: 120 },
    );
  });

  test.each(['close', 'end', 'destroy'] as const)('and its end after them, when the peer goes by %s', way => {
    fc.assert(
      fc.property(steps, schedule => {
        const all = setup();
        const [{ protocol, pair }] = all.connections as [(typeof all.connections)[0]];
        const sent = perform(all, schedule);
        if (way === 'close') pair.b.write(frame(8, Uint8Array.of(3, 232)));
        else pair.b[way]();
        pair.flush();
        settle(all);
        pair.b.destroy();
        settle(all);
        all.clock.advance(10_000);
        // A peer that resets the connection may take back what was still under way to us.
        if (way === 'destroy') expect(protocol.taken).toEqual(numbers(protocol.taken.length));
        else expect(protocol.taken).toEqual(numbers(sent));
        expect([protocol.ends, all.clock.pendingTurns]).toEqual([1, 0]);
      }),
      { numRuns: 60 },
    );
  });
});
