// What a neighbour of a flood waits: `npm run soak -- --floods` measures it, and here only that it does.

import { existsSync } from 'node:fs';
import { constants, inflateRawSync } from 'node:zlib';
import { portableBzip2 } from '@ws/compress/bzip2';
import { createTransportSerializer } from '@ws/wamp/serializers';
import { describe, expect, test } from 'vitest';
import { bundle } from '../bundle.mjs';
import { frame, readFrames } from '../src/hostile/wire.ts';
import { FrameCounter } from '../src/witness/frame-counter.ts';
import { Bench, type Measurement } from '../src/witness/measure.ts';
import { ROWS } from '../src/witness/rows.ts';
import { complaintsOf, formatTables, lineOf, medianOf } from '../src/witness/table.ts';
import { timesOf } from '../src/witness/times.ts';

const LIMIT = 16 * 1024;

describe('the floods', () => {
  test('have different names, as few words as tell them apart', () => {
    expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
    expect(new Set(ROWS.map(({ title }) => title)).size).toBe(ROWS.length);
  });
  test.each(ROWS)('$name: whole frames, and messages of the limit', ({ extension, subprotocol, flood, isDistinct }) => {
    const bytes = flood(LIMIT, 3);
    const { frames, consumed } = readFrames(bytes);
    expect(frames.length).toBeGreaterThan(1);
    expect(consumed).toBe(bytes.length);
    const [{ first, payload }] = frames as [(typeof frames)[0]];
    const isCompressed = (first & 0x40) !== 0;
    if (extension === undefined) expect(isCompressed).toBe(false);
    const message = isCompressed ? decompressed(payload, extension!) : payload;
    expect(message.length).toBeLessThan(LIMIT);
    if (subprotocol === undefined || isDistinct) return;
    const parsed = createTransportSerializer(subprotocol.slice('wamp.2.'.length)).unserialize(message);
    expect(parsed.length).toBeGreaterThan(0);
  });
});

function decompressed(payload: Buffer, extension: 'deflate' | 'bzip2'): Uint8Array {
  if (extension === 'bzip2') return portableBzip2.decompressor({ level: 9 }).decompress(payload, true, LIMIT);
  return inflateRawSync(Buffer.concat([payload, Buffer.of(0, 0, 255, 255)]), { finishFlush: constants.Z_SYNC_FLUSH });
}

test('frames are counted wherever they are cut', () => {
  const head = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');
  const own = (opcode: number, length: number, fin = true): Buffer =>
    frame({ opcode, fin, payload: 'x'.repeat(length), isMasked: false });
  const close = frame({ opcode: 8, payload: Buffer.of(0x03, 0xf0), isMasked: false });
  const bytes = Buffer.concat([head, own(2, 0), own(1, 3, false), own(0, 200), own(9, 2), own(2, 70_000), close]);
  for (const size of [3, 1000, bytes.length]) {
    const counter = new FrameCounter();
    for (let at = 0; at < bytes.length; at += size) counter.push(bytes.subarray(at, at + size));
    expect(counter.frames).toBe(3);
    expect(counter.isOpen).toBe(true);
    if (size > 3) expect(counter.closeCode).toBe(1008);
  }
  expect(() => new FrameCounter().push(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).toThrow('400');
});

describe('the verdict', () => {
  const [row] = ROWS;
  const measured = (p99: number, more: Partial<Measurement> = {}): Measurement => ({
    row: row!.name,
    api: 'callbacks',
    limit: 2 ** 20,
    flooders: 10,
    fate: 'served',
    baseline: timesOf([1, 1, 1], 0),
    flood: { ...timesOf([1, p99, p99], 0), p50: 1 },
    growth: 0,
    busy: 1,
    rate: 1,
    messages: 1,
    ends: {},
    ...more,
  });
  test.each([
    { name: 'little', of: measured(21), ws: measured(21, { api: 'ws' }), wrong: [] },
    { name: 'too long', of: measured(22), ws: undefined, wrong: ['p99 +21 ms'] },
    { name: 'far too long', of: measured(102), ws: undefined, wrong: ['p99 +101 ms', 'worst +101 ms'] },
    { name: 'longer than ws', of: measured(15), ws: measured(10, { api: 'ws' }), wrong: ['p99 of 15 ms, of ws 10 ms'] },
    { name: 'late', of: measured(1, { fate: 'late' }), ws: undefined, wrong: ['the server answers late'] },
    { name: 'large', of: measured(1, { growth: 2 ** 28 }), ws: undefined, wrong: ['memory +256 MiB'] },
    { name: 'of ws', of: measured(500, { api: 'ws' }), ws: undefined, wrong: [] },
  ])('$name', ({ of, ws, wrong }) => {
    expect(complaintsOf(of, ws)).toEqual(wrong);
    const table = formatTables(ROWS, ws === undefined ? [of] : [of, ws]);
    expect(table.includes('**')).toBe(wrong.length > 0);
  });
  test('of several runs the median counts, figure by figure', () => {
    const middle = medianOf([measured(9, { growth: 3 }), measured(2, { growth: 2 }), measured(5, { growth: 1 })]);
    expect(middle.flood.p99).toBe(5);
    expect(middle.growth).toBe(2);
  });
});

test.skipIf(!existsSync('/proc/self/stat'))('a witness beside three flooders, and the figures of it', async () => {
  const entries = ['server', 'neighbour', 'flooder'];
  const bundles = await Promise.all(entries.map(name => bundle(`witness/${name}.ts`)));
  try {
    const [server, neighbour, flooder] = bundles.map(({ file }) => file) as [string, string, string];
    await using bench = new Bench(
      { server, neighbour, flooder },
      { baseline: 50, flood: 150, patience: 30_000 },
      Infinity,
    );
    const row = ROWS.find(({ name }) => name === 'tiny-answered')!;
    const measured = await bench.run({ row, api: 'callbacks', limit: 2 ** 20, flooders: 3 });
    expect(measured).toMatchObject({ fate: 'served', ends: {}, flood: { missing: 0 } });
    expect(measured.baseline.answers).toBeGreaterThan(0);
    expect(measured.flood.answers).toBeGreaterThan(0);
    expect(measured.rate).toBeGreaterThan(0);
    expect(measured.messages).toBeGreaterThan(0);
    expect(lineOf(measured)).toMatch(/^tiny-answered, 1\.0 MiB, 3 × callbacks: [\d.]+ \/ [\d.]+ \/ [\d.]+ ms/);
    const table = formatTables([row], [{ ...measured, flooders: 10 }]);
    expect(table).toMatch(
      /^\| messages of 2 bytes, answered \| 1 MiB \| 10 \| .*[\d.]+, [\d.]+, [\d.]+.* \| – \| – \|/m,
    );
  } finally {
    for (const { remove } of bundles) remove();
  }
});
