import { maskerContract, textUnmaskerContract, utf8Contract } from '@ws/testkit';
import { describe, test } from 'vitest';
import { createAccelerator } from '../src/index.ts';

const runner = { describe, test };

for (const use of ['require', 'off'] as const) {
  const { masker, utf8, textUnmasker } = createAccelerator({ use });
  const name = `the accelerator (${use})`;
  maskerContract(`${name}: its masker`, () => masker, runner);
  utf8Contract(`${name}: its validator`, () => utf8, runner);
  if (textUnmasker !== undefined) textUnmaskerContract(`${name}: its text unmasker`, () => textUnmasker, runner);
}
