import type { Platform } from '@ws/types';
import type { WriterPorts } from './frame-writer.ts';
import { MaskingKeys } from './masking-keys.ts';
import { OutputBuffer } from './output-buffer.ts';
import { PayloadPool } from './payload-pool.ts';
import { ReaderPool } from './reader-pool.ts';
import { Timers } from './timers.ts';

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
