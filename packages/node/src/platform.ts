// The composition root: the ports of the engine, bound to Node.

import { createHash, randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Clock, Platform } from '@ws/types';
import { portableMasker, portableUtf8 } from '@ws/util';
import { channelDiagnostics } from './diagnostics.ts';
import { receiveBuffer } from './receive-buffer.ts';

/** The longest delay, in milliseconds, that `setTimeout` does not take for 1. */
const LONGEST_DELAY = 2 ** 31 - 1;

const clock: Clock = {
  now: () => performance.now(),
  setTimer: (delay, onExpiry) => {
    const timer = setTimeout(onExpiry, Math.min(delay, LONGEST_DELAY)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  defer: task => queueMicrotask(task),
};

/** Node's sockets, clock, random numbers, hashes and zlib, and the accelerator where it works. */
export const nodePlatform: Platform = {
  clock,
  random: { fill: target => void randomFillSync(target) },
  digest: { sha1: bytes => createHash('sha1').update(bytes).digest() },
  masker: portableMasker,
  utf8: portableUtf8,
  receiveBuffer: { bytes: () => receiveBuffer },
  diagnostics: channelDiagnostics,
};
