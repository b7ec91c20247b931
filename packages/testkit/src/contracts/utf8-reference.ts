/** Verdict on a text so far. */
export type Utf8Verdict = 'complete' | 'partial' | 'invalid';

/** RFC 3629, section 4: ranges of lead bytes, the range of their second byte, and the number of continuation bytes. */
const SEQUENCES: readonly (readonly [first: number, last: number, low: number, high: number, following: number])[] = [
  [0x00, 0x7f, 0, 0, 0],
  [0xc2, 0xdf, 0x80, 0xbf, 1],
  [0xe0, 0xe0, 0xa0, 0xbf, 2],
  [0xe1, 0xec, 0x80, 0xbf, 2],
  [0xed, 0xed, 0x80, 0x9f, 2],
  [0xee, 0xef, 0x80, 0xbf, 2],
  [0xf0, 0xf0, 0x90, 0xbf, 3],
  [0xf1, 0xf3, 0x80, 0xbf, 3],
  [0xf4, 0xf4, 0x80, 0x8f, 3],
];

type Sequence = (typeof SEQUENCES)[number];

/** The row of each lead byte. A lookup table, since a suite needs millions of lookups. */
const ROW_OF: readonly (Sequence | undefined)[] = Array.from({ length: 256 }, (_, lead) =>
  SEQUENCES.find(([first, last]) => lead >= first && lead <= last),
);

/** Validates a text from its start by the table of the RFC. */
export function utf8Reference(bytes: Uint8Array): Utf8Verdict {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i++] as number;
    const sequence = ROW_OF[lead];
    if (sequence === undefined) return 'invalid';
    const [, , low, high, following] = sequence;
    for (let place = 1; place <= following; place++, i++) {
      if (i === bytes.length) return 'partial';
      const byte = bytes[i] as number;
      const isInRange = place === 1 ? byte >= low && byte <= high : byte >= 0x80 && byte <= 0xbf;
      if (!isInRange) return 'invalid';
    }
  }
  return 'complete';
}

/** Texts whose validity is easily got wrong: overlong forms, surrogates, the end of Unicode, stray bytes. */
export const UTF8_EXAMPLES: readonly string[] = [
  '',
  '48 65 6c 6c 6f',
  '00 7f',
  'c2 80',
  'df bf',
  'e0 a0 80',
  'ed 9f bf',
  'ee 80 80',
  'ef bf bf',
  'ef bb bf',
  'f0 90 80 80',
  'f4 8f bf bf',
  'ce ba e1 bd b9 cf 83 ce bc ce b5',
  'c0 80',
  'c1 bf',
  'c0 af',
  'e0 80 80',
  'e0 9f bf',
  'f0 80 80 80',
  'f0 8f bf bf',
  'ed a0 80',
  'ed af bf ed b0 80',
  'ed bf bf',
  'f4 90 80 80',
  'f5 80 80 80',
  'f8 88 80 80 80',
  'fc 84 80 80 80 80',
  'fe',
  'ff',
  '80',
  'bf',
  '41 80',
  'c2',
  'c2 41',
  'e2 82',
  'e2 28 a1',
  'e2 82 28',
  'f0 90',
  'f0 90 80',
  'f0 28 8c bc',
  'f0 90 28 bc',
  'f0 90 8c 28',
  'c2 c2 80',
  'ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80 65 64 69 74 65 64',
];
