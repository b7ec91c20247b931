import { isUtf8 } from 'node:buffer';
import { bench, describe } from 'vitest';
import { encodeText, portableUtf8 } from '../src/primitives.ts';

const texts = {
  ASCII: 'The quick brown fox jumps over the lazy dog. ',
  Greek: 'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ',
  Chinese: '視野無限廣，窗外有藍天。',
};

describe.each(Object.keys(texts) as (keyof typeof texts)[])('validate %s', language => {
  describe.each([64, 4096, 65536])('%i bytes', size => {
    const pattern = encodeText(texts[language]);
    const bytes = new Uint8Array(size);
    for (let at = 0; at + pattern.length <= size; at += pattern.length) bytes.set(pattern, at);
    bench('portable', () => void portableUtf8.validate(bytes, 0));
    bench('native, for comparison', () => void isUtf8(bytes));
  });
});
