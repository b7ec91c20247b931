import type { Platform } from '@ws/types';
import type { WriterPorts } from '../frames/frame-writer.ts';
import { MaskingKeys } from '../frames/masking-keys.ts';
import { OutputBuffer } from '../frames/output-buffer.ts';
import { PayloadPool } from '../messages/payload-pool.ts';
import { Timers } from '../support/timers.ts';
import { WorkQueue } from '../support/work-queue.ts';
import { ReaderPool } from './reader-pool.ts';

/** What all connections on one platform share: no connection has an output buffer or a timer of its own. */
export interface SharedResources extends WriterPorts {
  readonly timers: Timers;
  readonly readers: ReaderPool;
  readonly work: WorkQueue;
}

const byPlatform: WeakMap<Platform, SharedResources> = /* @__PURE__ */ new WeakMap();

/** The shared resources of a platform, made at first use. */
export function sharedResourcesOf(platform: Platform): SharedResources {
  let resources = byPlatform.get(platform);
  if (resources === undefined) {
    resources = {
      output: new OutputBuffer(platform.clock),
      maskingKeys: new MaskingKeys(platform.random),
      masker: platform.masker,
      timers: new Timers(platform.clock),
      readers: new ReaderPool(platform, new PayloadPool(platform)),
      work: new WorkQueue(platform.clock),
    };
    byPlatform.set(platform, resources);
  }
  return resources;
}
