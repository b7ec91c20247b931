import { extensionTarget } from './extension.ts';
import { frameTarget } from './frame.ts';
import { headTarget } from './head.ts';
import { inflateTarget } from './inflate.ts';
import type { FuzzTarget } from './target.ts';
import { urlTarget } from './url.ts';

export type { FuzzTarget } from './target.ts';

/** All that is fuzzed. */
export const TARGETS: readonly FuzzTarget[] = [headTarget, extensionTarget, frameTarget, inflateTarget, urlTarget];
