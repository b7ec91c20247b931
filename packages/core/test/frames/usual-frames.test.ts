// The decoder reads the usual frame by a way of its own: both ways have to tell the same of the same bytes.

import { seededRandom } from '@ws/testkit';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import { expect, inject, test } from 'vitest';
import { PART_CONTROL, PART_DATA, PART_MESSAGE, PART_NONE } from '../../src/frames/decoded-part.ts';
import { FrameDecoder } from '../../src/frames/frame-decoder.ts';
import { frame, joined } from '../harness.ts';

/** What comes out: whole messages, control frames, and the error that ends it. */
function read(wire: Uint8Array, yieldsMessages: boolean, masking: 'must' | 'mustNot', limit: number): unknown[] {
  const rules = { applyMask: true, hasCompression: false, validateUtf8: true, maxFrameSize: 0, maxFragments: 0 };
  const ports = { masker: portableMasker, utf8: portableUtf8 };
  const decoder = new FrameDecoder({ ...rules, masking, maxMessageSize: limit, yieldsMessages }, ports);
  const told: unknown[] = [];
  let parts: Uint8Array[] = [];
  decoder.push(wire.slice());
  try {
    for (let part = decoder.next(); part !== PART_NONE; part = decoder.next()) {
      const payload = decoder.source.slice(decoder.start, decoder.end);
      if (part === PART_CONTROL) told.push([decoder.controlOpcode, ...payload]);
      else parts.push(payload);
      const isEnd = part === PART_MESSAGE || (part === PART_DATA && decoder.isFrameEnd && decoder.isFinal);
      if (!isEnd) continue;
      told.push([decoder.opcode, ...joined(...parts)]);
      parts = [];
    }
  } catch (error) {
    told.push((error as { code: string }).code);
  }
  return told;
}

test('the way of the usual frame tells what the way of any frame tells', () => {
  const random = seededRandom(inject('seed'));
  const bytes = new Uint8Array(4);
  const next = (most: number): number => {
    random.fill(bytes);
    return ((bytes[0]! << 8) | bytes[1]!) % most;
  };
  for (let round = 0; round < 2000; round++) {
    const isServer = next(2) === 0;
    const mask = isServer ? [next(256), next(256), next(256), next(256)] : null;
    const frames = Array.from({ length: 1 + next(5) }, () => {
      const length = [0, 1, 2, 7, 8, 100, 125, 126, 127, 300][next(10)]!;
      const payload = Uint8Array.from({ length }, () => (next(40) === 0 ? 0xff : 0x20 + next(90)));
      const opcode = [0, 1, 1, 2, 2, 8, 9, 10, 3][next(9)]!;
      return frame(opcode, payload, {
        fin: next(4) > 0,
        rsv: next(50) === 0 ? 4 : 0,
        mask: next(60) === 0 ? null : mask,
      });
    });
    const wire = joined(...frames);
    const cut = next(3) === 0 ? wire.subarray(0, next(wire.length + 1)) : wire;
    const [masking, limit] = [isServer ? ('must' as const) : ('mustNot' as const), next(2) * 200];
    expect([round, read(cut, true, masking, limit)]).toEqual([round, read(cut, false, masking, limit)]);
  }
});
