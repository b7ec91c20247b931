import type { Platform } from '@ws/types';
import type { WriterPorts } from '../frames/frame-writer.ts';
import { MaskingKeys } from '../frames/masking-keys.ts';
import { OutputBuffer } from '../frames/output-buffer.ts';
import { PayloadPool } from '../messages/payload-pool.ts';
import { Timers } from '../support/timers.ts';
import { ReaderPool } from './reader-pool.ts';

/** What all connections on one platform share: no connection has an output buffer or a timer of its own. */
export interface SharedState extends WriterPorts {
  readonly timers: Timers;
  readonly readers: ReaderPool;
}

const states: WeakMap<Platform, SharedState> = /* @__PURE__ */ new WeakMap();

/** The shared state of a platform, made at first use. */
export function sharedStateOf(platform: Platform): SharedState {
  let state = states.get(platform);
  if (state === undefined) {
    state = {
      output: new OutputBuffer(platform.clock),
      maskingKeys: new MaskingKeys(platform.random),
      masker: platform.masker,
      timers: new Timers(platform.clock),
      readers: new ReaderPool(platform, new PayloadPool(platform)),
    };
    states.set(platform, state);
  }
  return state;
}
