import { bench, describe } from 'vitest';
import { decodeText, encodeText, encodeTextInto } from '../src/primitives.ts';

const encoder = new TextEncoder();
const target = new Uint8Array(65536);

describe.each([
  ['ASCII', 'a'],
  ['Greek', 'ω'],
])('%s', (_name, character) => {
  describe.each([8, 32, 47, 48, 96, 1024])('%i characters', length => {
    // Joined, so that it is a flat string as a parser would make it.
    const text = Array.from({ length }, () => character).join('');
    const bytes = encodeText(text);
    bench('encodeTextInto', () => void encodeTextInto(text, target, 4));
    bench('TextEncoder.encodeInto', () => void encoder.encodeInto(text, target.subarray(4)));
    bench('decodeText', () => void decodeText(bytes));
  });
});
