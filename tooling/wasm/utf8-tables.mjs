// UTF-8 as tables (RFC 3629): the automaton byte by byte, and the three lookups of the vector check.

/** Classes of bytes that the automaton cannot tell apart, as [first byte, last byte]; the rest is class 11, always wrong. */
const CLASSES = [
  [[0x00, 0x7f]],
  [[0x80, 0x8f]],
  [[0x90, 0x9f]],
  [[0xa0, 0xbf]],
  [[0xc2, 0xdf]],
  [[0xe0, 0xe0]],
  [
    [0xe1, 0xec],
    [0xee, 0xef],
  ],
  [[0xed, 0xed]],
  [[0xf0, 0xf0]],
  [[0xf1, 0xf3]],
  [[0xf4, 0xf4]],
];
const CLASS_COUNT = CLASSES.length + 1;

/** For each state, which class leads where; what is not named leads to 1, reject. */
const TRANSITIONS = [
  { 0: 0, 4: 2, 5: 4, 6: 3, 7: 5, 8: 6, 9: 7, 10: 8 }, // 0: between code points
  {}, // 1: rejected
  { 1: 0, 2: 0, 3: 0 }, // 2: one more
  { 1: 2, 2: 2, 3: 2 }, // 3: two more
  { 3: 2 }, // 4: after E0, no overlong forms
  { 1: 2, 2: 2 }, // 5: after ED, no surrogates
  { 2: 3, 3: 3 }, // 6: after F0, no overlong forms
  { 1: 3, 2: 3, 3: 3 }, // 7: three more
  { 1: 3 }, // 8: after F4, nothing past U+10FFFF
];

export const STATE_STRIDE = CLASS_COUNT;

/** The class of every byte. */
export function classTable() {
  const table = new Uint8Array(256).fill(CLASS_COUNT - 1);
  CLASSES.forEach((ranges, index) => {
    for (const [first, last] of ranges) table.fill(index, first, /** @type {number} */ (last) + 1);
  });
  return table;
}

/** The next state, at `state * STATE_STRIDE + class`. */
export function transitionTable() {
  const table = new Uint8Array(TRANSITIONS.length * STATE_STRIDE).fill(1);
  TRANSITIONS.forEach((row, state) => {
    for (const [index, next] of Object.entries(row)) table[state * STATE_STRIDE + Number(index)] = next;
  });
  return table;
}

// The lookups of Keiser and Lemire ("Validating UTF-8 in less than one instruction per byte", 2021). Every error that two
// bytes in a row can show has a bit. Each of three half-bytes names the errors that it leaves possible; what all three
// leave is an error.
const TOO_SHORT = 1 << 0; // a lead byte, and no continuation
const TOO_LONG = 1 << 1; // ASCII, then a continuation
const OVERLONG_3 = 1 << 2;
const TOO_LARGE = 1 << 3; // past U+10FFFF
const SURROGATE = 1 << 4;
const OVERLONG_2 = 1 << 5;
const TOO_LARGE_1000 = 1 << 6; // the same, with 80..8F second
const OVERLONG_4 = 1 << 6;
const TWO_CONTINUATIONS = 1 << 7; // right in a 3- or 4-byte form, which is checked for itself
const ANY_LOW = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

/** @param {(nibble: number) => number} errors */
const table = errors => Array.from({ length: 16 }, (_, nibble) => errors(nibble));

/** By the high half of the byte before. */
export const FIRST_HIGH = table(nibble => {
  if (nibble < 0x8) return TOO_LONG;
  if (nibble < 0xc) return TWO_CONTINUATIONS;
  if (nibble === 0xc) return TOO_SHORT | OVERLONG_2;
  if (nibble === 0xd) return TOO_SHORT;
  if (nibble === 0xe) return TOO_SHORT | OVERLONG_3 | SURROGATE;
  return TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4;
});

/** By the low half of the byte before. */
export const FIRST_LOW = table(nibble => {
  if (nibble === 0x0) return ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4;
  if (nibble === 0x1) return ANY_LOW | OVERLONG_2;
  if (nibble < 0x4) return ANY_LOW;
  if (nibble === 0x4) return ANY_LOW | TOO_LARGE;
  if (nibble === 0xd) return ANY_LOW | TOO_LARGE | TOO_LARGE_1000 | SURROGATE;
  return ANY_LOW | TOO_LARGE | TOO_LARGE_1000;
});

/** By the high half of the byte itself. */
export const SECOND_HIGH = table(nibble => {
  const continuation = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;
  if (nibble === 0x8) return continuation | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4;
  if (nibble === 0x9) return continuation | OVERLONG_3 | TOO_LARGE;
  if (nibble === 0xa || nibble === 0xb) return continuation | SURROGATE | TOO_LARGE;
  return TOO_SHORT;
});
