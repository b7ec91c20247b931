import { bombsTarget } from './bombs.ts';
import { bzip2Target } from './bzip2.ts';
import { extensionTarget } from './extension.ts';
import { frameTarget } from './frame.ts';
import { headTarget } from './head.ts';
import { inflateTarget } from './inflate.ts';
import { cborTarget, jsonTarget, msgpackTarget } from './serializers.ts';
import type { FuzzTarget } from './target.ts';
import { urlTarget } from './url.ts';

export type { FuzzTarget } from './target.ts';

/** All that is fuzzed. */
export const TARGETS: readonly FuzzTarget[] = [
  headTarget,
  extensionTarget,
  frameTarget,
  inflateTarget,
  bombsTarget,
  bzip2Target,
  urlTarget,
  jsonTarget,
  msgpackTarget,
  cborTarget,
];
