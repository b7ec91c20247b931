/** The automaton as RFC 3629's grammar has it, written down independently of the sources: what leads from each state on. */
const ROWS: readonly (readonly (readonly [first: number, last: number, next: number])[])[] = [
  [
    [0x00, 0x7f, 0],
    [0xc2, 0xdf, 2],
    [0xe0, 0xe0, 4],
    [0xe1, 0xec, 3],
    [0xed, 0xed, 5],
    [0xee, 0xef, 3],
    [0xf0, 0xf0, 6],
    [0xf1, 0xf3, 7],
    [0xf4, 0xf4, 8],
  ],
  [],
  [[0x80, 0xbf, 0]],
  [[0x80, 0xbf, 2]],
  [[0xa0, 0xbf, 2]],
  [[0x80, 0x9f, 2]],
  [[0x90, 0xbf, 3]],
  [[0x80, 0xbf, 3]],
  [[0x80, 0x8f, 3]],
];

const TABLE = new Uint8Array(ROWS.length * 256).fill(1);
ROWS.forEach((row, state) => {
  for (const [first, last, next] of row) TABLE.fill(next, state * 256 + first, state * 256 + last + 1);
});

/** One byte through it. */
export const step = (state: number, byte: number): number => TABLE[(state << 8) | byte]!;

/** All bytes through it. */
export function walk(bytes: Uint8Array, state = 0): number {
  for (const byte of bytes) state = step(state, byte);
  return state;
}
