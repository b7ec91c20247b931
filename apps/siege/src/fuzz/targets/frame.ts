import { isUtf8 } from 'node:buffer';
import { LIMITS, observeOurs, uncut } from '../observation.ts';
import { createStream } from '../streams.ts';
import { cut, type FuzzTarget, promise, same } from './target.ts';

const CODES: readonly (number | null)[] = [null, 1002, 1007, 1008, 1009];

const bytes = (...values: number[]): string => Buffer.from(values).toString('latin1');

/** Streams of frames. The lowest two bits of the first byte say to whom. */
export const frameTarget: FuzzTarget = {
  name: 'frame',
  dictionary: [
    ...[bytes(0x81, 0), bytes(0x82, 0x80, 0, 0, 0, 0), bytes(0x01, 1, 97), bytes(0x80, 0), bytes(0, 0), bytes(0xc1, 0)],
    ...[bytes(0x89, 0), bytes(0x8a, 0x80, 1, 2, 3, 4), bytes(0x88, 2, 3, 232), bytes(0x88, 0x82, 0, 0, 0, 0, 3, 232)],
    ...[bytes(0x7e), bytes(0x7f), bytes(0xfe), bytes(0xff), bytes(0, 126), bytes(0, 0, 0, 0, 0, 1, 0, 0), bytes(0x40)],
    ...[bytes(0xc3, 0xa9), bytes(0xe2, 0x82, 0xac), bytes(0xf0, 0x9f, 0x98, 0x80), bytes(0xed, 0xa0, 0x80)],
  ],
  seeds: [0, 1, 2, 3].flatMap(way =>
    [11, 12, 13, 14, 15].map(seed => {
      const kind = { isMasked: (way & 1) !== 0, hasDeflate: (way & 2) !== 0 };
      return bytes(way) + createStream(seed * 4 + way, kind).toString('latin1');
    }),
  ),
  run(input) {
    const way = input[0] ?? 0;
    const kind = { isMasked: (way & 1) !== 0, hasDeflate: (way & 2) !== 0 };
    const stream = input.subarray(1);
    const whole = observeOurs([stream], kind);
    promise(CODES.includes(whole.failure), `a close code that is meant: ${whole.failure}`);
    const expected = uncut(whole, kind);
    same(uncut(observeOurs(cut(stream), kind), kind), expected, 'the same stream, cut elsewhere');
    same(uncut(observeOurs(cut(stream), kind, 'frames'), kind), expected, 'the same messages, joined of frames');
    for (const event of whole.events) {
      const [name, digits = ''] = event.split(' ');
      if (name === 'close') continue;
      const payload = Buffer.from(digits, 'hex');
      promise(name !== 'text' || isUtf8(payload), 'text is UTF-8');
      promise(payload.length <= (name === 'ping' || name === 'pong' ? 125 : LIMITS.message), 'limits are kept');
    }
  },
};
