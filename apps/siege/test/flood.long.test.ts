// More than a server may be made to keep. `npm run soak -- --bounds` does the same in full, and prints figures.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../bundle.mjs';
import { FLOODS } from '../src/flood/floods.ts';
import { Siege } from '../src/flood/siege.ts';

describe('memory has a bound, the offender gets what it deserves, and others are served meanwhile', () => {
  let file: Awaited<ReturnType<typeof bundle>>;
  let siege: Siege;
  beforeAll(async () => {
    file = await bundle('flood/server.ts');
    siege = new Siege(file.file);
    // What a process takes once.
    await siege.run(FLOODS[0]!, true);
  });
  afterAll(async () => {
    await siege[Symbol.asyncDispose]();
    file.remove();
  });

  test.each(FLOODS)('$name: $verdict', async flood => {
    const { verdict, growth, bound, witness } = await siege.run(flood, true);
    expect(verdict).toBe(flood.verdict);
    expect(growth).toBeLessThan(bound);
    // In the middle of the flood it was waited for.
    expect(witness.answers).toBeGreaterThan(0);
  });
});
