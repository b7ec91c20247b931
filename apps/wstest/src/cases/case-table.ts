import { framingCases } from './section-01-framing.ts';
import { pingPongCases } from './section-02-ping-pong.ts';
import { reservedCases } from './section-03-04-reserved.ts';
import { fragmentationCases } from './section-05-fragmentation.ts';
import { utf8Cases } from './section-06-utf8.ts';
import { closingCases } from './section-07-closing.ts';
import { volumeCases } from './section-09-10-volume.ts';
import { deflateCases } from './section-12-13-deflate.ts';
import { requestCases } from './section-20-requests.ts';
import { responseCases } from './section-21-responses.ts';
import { hostileFrameCases } from './section-22-hostile-frames.ts';
import { hostileCompressionCases } from './section-23-hostile-compression.ts';
import { bzip2Cases } from './section-24-bzip2.ts';
import { http2Cases } from './section-25-http2.ts';
import { neighbourCases } from './section-26-neighbours.ts';
import { resourceCases } from './section-26-resources.ts';
import type { TestCase } from './test-case.ts';

/** The 517 cases that the field knows, under the ids that it knows them by. */
export const classicCases: readonly TestCase[] = [
  ...framingCases,
  ...pingPongCases,
  ...reservedCases,
  ...fragmentationCases,
  ...utf8Cases,
  ...closingCases,
  ...volumeCases,
  ...deflateCases,
];

/** Every case there is. */
export const allCases: readonly TestCase[] = [
  ...classicCases,
  ...requestCases,
  ...responseCases,
  ...hostileFrameCases,
  ...hostileCompressionCases,
  ...bzip2Cases,
  ...http2Cases,
  ...resourceCases,
  ...neighbourCases,
];
