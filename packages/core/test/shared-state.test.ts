import { describe, expect, test } from 'vitest';
import { sharedStateOf } from '../src/shared-state.ts';
import { rawServer, testPlatform } from './harness.ts';

describe('sharedStateOf', () => {
  test('is one for a platform, and another for another', () => {
    const platform = testPlatform();
    const state = sharedStateOf(platform);
    expect(sharedStateOf(platform)).toBe(state);
    expect(sharedStateOf(testPlatform())).not.toBe(state);
  });

  test('is what connections use: at the end of a turn the output buffer is empty again', () => {
    const { protocol, platform, flush } = rawServer();
    const { output } = sharedStateOf(platform);
    protocol.sendMessage('hello');
    expect(output.end).toBeGreaterThan(0);
    flush();
    expect(output.end).toBe(0);
  });

  test('shares short payloads in the memory that the platform gives for it', () => {
    const slabs: ArrayBuffer[] = [];
    const platform = testPlatform({
      allocateSlab(length) {
        slabs.push(new ArrayBuffer(length));
        return slabs.at(-1)!;
      },
    });
    const payload = sharedStateOf(platform).payloads.copy(new Uint8Array(100), 0, 100);
    expect(payload.buffer).toBe(slabs[0]);
  });
});
