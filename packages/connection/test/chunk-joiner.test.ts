import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkJoiner } from '../src/chunk-joiner.ts';

const joined = (chunks: readonly Uint8Array[]): number[] => chunks.flatMap(chunk => [...chunk]);

describe('ChunkJoiner', () => {
  test('loses and changes no byte, whatever is taken between', () => {
    const step = fc.record({
      chunk: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 1000, maxLength: 1100 })),
      mayJoin: fc.boolean(),
      takes: fc.nat({ max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), schedule => {
        const joiner = new ChunkJoiner();
        const chunks: Uint8Array[] = [];
        const [given, taken]: number[][] = [[], []];
        for (const { chunk, mayJoin, takes } of schedule) {
          given!.push(...chunk);
          joiner.add(chunks, chunk.slice(), mayJoin);
          if (takes === 0 && chunks.length > 0) taken!.push(...chunks.shift()!);
        }
        expect([...taken!, ...joined(chunks)]).toEqual(given);
      }),
    );
  });

  test('100,000 chunks of a byte are a few, of up to 64 KiB', () => {
    const joiner = new ChunkJoiner();
    const chunks: Uint8Array[] = [];
    for (let i = 0; i < 100_000; i++) joiner.add(chunks, Uint8Array.of(i), true);
    expect(chunks.map(({ length }) => length)).toEqual([65_536, 34_464]);
    expect(chunks[1]!.buffer.byteLength).toBe(65_536);
    expect([chunks[0]![300], chunks[1]![0]]).toEqual([300 & 255, 65_536 & 255]);
  });

  test('long chunks stay as they are; so do all when somebody takes them', () => {
    const joiner = new ChunkJoiner();
    const chunks: Uint8Array[] = [];
    const long = new Uint8Array(1025);
    for (const chunk of [long, Uint8Array.of(1), long]) joiner.add(chunks, chunk, true);
    for (const chunk of [Uint8Array.of(1), Uint8Array.of(2)]) joiner.add(chunks, chunk, false);
    expect(chunks.map(({ length }) => length)).toEqual([1025, 1, 1025, 1, 1]);
    expect(chunks[0]).toBe(long);
  });

  test('a chunk that was taken is not written to any more', () => {
    const joiner = new ChunkJoiner();
    const chunks: Uint8Array[] = [];
    for (const byte of [1, 2]) joiner.add(chunks, Uint8Array.of(byte), true);
    const [first] = chunks.splice(0);
    for (const byte of [3, 4]) joiner.add(chunks, Uint8Array.of(byte), true);
    expect([[...first!], joined(chunks), new Uint8Array(first!.buffer)[2]]).toEqual([[1, 2], [3, 4], 0]);
  });
});
