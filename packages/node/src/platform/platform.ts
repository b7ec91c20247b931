// The composition root: the ports of the engine, bound to Node.

import { hash, randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Clock, Platform } from '@ws/types';
import { nodeAccelerator } from '../native/nvx.ts';
import { allocateSlab, allocateUninitialised } from '../native/payload-memory.ts';
import { receiveBuffer } from '../native/receive-buffer.ts';
import { LONGEST_DELAY } from '../support/timeouts.ts';
import { zlibCodec } from '../zlib/zlib-codec.ts';
import { channelDiagnostics } from './diagnostics.ts';
import { nodeTextCodec } from './text-codec.ts';

const RESOLVED: Promise<void> = Promise.resolve();

const clock: Clock = {
  now: () => performance.now(),
  setTimer: (delay, onExpiry) => {
    const timer = setTimeout(onExpiry, Math.min(delay, LONGEST_DELAY)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  // perf: a fourth of what `queueMicrotask` costs, which keeps an async context (apps/bench, `ours-pull`).
  defer: task => void RESOLVED.then(task),
  nextTurn: task => void setImmediate(task),
};

/** The same clock, except that its timers keep the process alive, because a caller waits for them. */
export const waitingClock: Clock = {
  ...clock,
  setTimer: (delay, onExpiry) => {
    const timer = setTimeout(onExpiry, Math.min(delay, LONGEST_DELAY));
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Node's sockets, clock, random numbers, hashes and zlib, and the accelerator where it works. */
export const nodePlatform: Platform = {
  clock,
  random: { fill: target => void randomFillSync(target) },
  // perf: a third of the time of bytes in and bytes out (apps/bench, `handshake`).
  digest: { sha1: bytes => hash('sha1', bytes, 'buffer'), sha1Base64: text => hash('sha1', text, 'base64') },
  masker: nodeAccelerator.masker,
  utf8: nodeAccelerator.utf8,
  textUnmasker: nodeAccelerator.textUnmasker,
  textCodec: nodeTextCodec ?? undefined,
  receiveBuffer: { bytes: () => receiveBuffer },
  allocateSlab,
  allocateUninitialised,
  deflate: zlibCodec,
  diagnostics: channelDiagnostics,
};
