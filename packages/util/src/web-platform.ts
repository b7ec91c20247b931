// The platform of runtimes with ES2022 and the web's common globals: browsers, workers, and every server runtime. No ES2022
// library declares these globals, so this file does.

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

/** The part of a `MessagePort` that is used. */
interface MessagePortLike {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
  close(): void;
}

/** The most bytes that `crypto.getRandomValues` gives at once. */
const RANDOM_QUOTA = 65536;

/** The longest delay of `setTimeout`, in milliseconds. A longer one would count as 0. */
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

/** A platform of universal globals and plain JavaScript, without compression and without a logger. */
export const webPlatform: Platform = {
  clock,
  random,
  digest: { sha1 },
  masker: portableMasker,
  utf8: portableUtf8,
};

function startTimer(delay: number, onExpiry: () => void): Timer {
  const handle = setTimeout(onExpiry, Math.min(delay, LONGEST_DELAY));
  // In runtimes where a timer keeps the process alive, its handle has `unref`, which prevents that.
  (handle as { unref?(): void }).unref?.();
  return { cancel: () => clearTimeout(handle) };
}

/**
 * Runs a task in a later turn of the event loop. Browsers delay nested timers by 4 ms, so there a message to the own port is
 * used. Runtimes in which the open port would keep the process alive have `setImmediate`.
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
