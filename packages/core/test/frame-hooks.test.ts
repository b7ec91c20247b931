import { expect, test } from 'vitest';
import { FrameHookBuffer } from '../src/frame-hooks.ts';

test('joins chunks to frames, and frames to the message', () => {
  const buffer = new FrameHookBuffer();
  for (const isBinary of [true, false]) {
    buffer.begin(isBinary);
    buffer.beginFrame();
    buffer.pushData(Uint8Array.of(1));
    buffer.pushData(Uint8Array.of(2, 3));
    const first = buffer.endFrame();
    expect(first).toEqual([Uint8Array.of(1), Uint8Array.of(2, 3)]);
    buffer.pushFrame(first);
    buffer.beginFrame();
    expect(buffer.endFrame()).toEqual([]);
    buffer.pushFrame([Uint8Array.of(4)]);
    expect(buffer.end()).toEqual({ payload: Uint8Array.of(1, 2, 3, 4), isBinary });
    expect(buffer.end().payload).toHaveLength(0);
  }
});
