// The platform of whatever runs ES2022 and the web's common globals: browsers, workers, and every server runtime.
// Those globals are in no ES2022 library: declared here alone.

import type { Clock, Platform, Random, Timer } from '@ws/types';
import { portableMasker } from './masking.ts';
import { sha1 } from './sha1.ts';
import { portableUtf8 } from './utf8.ts';

declare function setTimeout(task: () => void, delay: number): unknown;
declare function clearTimeout(handle: unknown): void;
declare function queueMicrotask(task: () => void): void;
declare const setImmediate: ((task: () => void) => unknown) | undefined;
declare const MessageChannel:
  | (new () => { readonly port1: MessagePortLike; readonly port2: MessagePortLike })
  | undefined;
declare const crypto: { getRandomValues(target: Uint8Array): void };
declare const performance: { now(): number };

/** What is used of a `MessagePort`. */
interface MessagePortLike {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
  close(): void;
}

/** The most that `crypto.getRandomValues` gives at once, in bytes. */
const RANDOM_QUOTA = 65536;

/** The longest delay, in milliseconds, that `setTimeout` does not take for 0. */
const LONGEST_DELAY = 0x7fff_ffff;

const clock: Clock = {
  now: () => performance.now(),
  setTimer: startTimer,
  defer: task => queueMicrotask(task),
  nextTurn: task => runInNextTurn(task),
};

const random: Random = {
  fill(target) {
    for (let at = 0; at < target.length; at += RANDOM_QUOTA) {
      crypto.getRandomValues(target.subarray(at, at + RANDOM_QUOTA));
    }
  },
};

/** Everything from the universal globals and from plain JavaScript; no compression, no logger. */
export const webPlatform: Platform = {
  clock,
  random,
  digest: { sha1 },
  masker: portableMasker,
  utf8: portableUtf8,
};

function startTimer(delay: number, onExpiry: () => void): Timer {
  const handle = setTimeout(onExpiry, Math.min(delay, LONGEST_DELAY));
  // Where there is a process that a timer could keep alive, the handle is an object that can be told not to.
  (handle as { unref?(): void }).unref?.();
  return { cancel: () => clearTimeout(handle) };
}

/**
 * Runs a task in a later turn. Browsers delay nested timers by 4 ms, so that a message to ourselves is preferred there;
 * where there is a process that the open port would keep alive, there is `setImmediate`.
 */
function runInNextTurn(task: () => void): void {
  if (typeof setImmediate === 'function') {
    setImmediate(task);
  } else if (typeof MessageChannel === 'function') {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      task();
    };
    port2.postMessage(null);
  } else {
    setTimeout(task, 0);
  }
}
