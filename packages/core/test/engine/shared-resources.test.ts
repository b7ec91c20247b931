import { describe, expect, test } from 'vitest';
import { sharedResourcesOf } from '../../src/engine/shared-resources.ts';
import { WebSocketServerProtocol } from '../../src/protocol/server-protocol.ts';
import { frame, rawServer, testPlatform } from '../harness.ts';

describe('sharedResourcesOf', () => {
  test('is one for a platform, and another for another', () => {
    const platform = testPlatform();
    const state = sharedResourcesOf(platform);
    expect(sharedResourcesOf(platform)).toBe(state);
    // `not.toBe` would compare all their memory, too.
    expect(sharedResourcesOf(testPlatform()) === state).toBe(false);
  });

  test('is what connections use: at the end of a turn the output buffer is empty again', () => {
    const { protocol, platform, flush } = rawServer();
    const { output } = sharedResourcesOf(platform);
    protocol.sendMessage('hello');
    expect(output.end).toBeGreaterThan(0);
    flush();
    expect(output.end).toBe(0);
  });

  test('shares short payloads in the memory that the platform gives for it', () => {
    const slabs: ArrayBuffer[] = [];
    const received: Uint8Array[] = [];
    class Keeping extends WebSocketServerProtocol {
      override onMessage(payload: Uint8Array): void {
        received.push(payload);
      }
    }
    const allocateSlab = (length: number): ArrayBuffer => {
      slabs.push(new ArrayBuffer(length));
      return slabs.at(-1)!;
    };
    const { send } = rawServer({ platform: { allocateSlab }, Protocol: Keeping });
    send(frame(2, 'x'.repeat(100)));
    expect(received[0]!.buffer).toBe(slabs[0]);
  });
});
