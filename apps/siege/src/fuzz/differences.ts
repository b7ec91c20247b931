// Where others judge a stream of frames otherwise than we do, and why. What stands in no row is a bug, here or there.

import type { Observation } from './observation.ts';

/** One difference that is known. */
export interface Difference {
  readonly peers: readonly ('ws' | 'websockets')[];
  /** The rule of ours that was broken; `null`: to us nothing was wrong. */
  readonly rule: string | null;
  /** What they said: codes they failed with, `null` for none. */
  readonly theirs: readonly (number | null)[];
  /** Who tells more events: whoever goes on. */
  readonly goesOn: 'we' | 'they' | 'nobody';
  readonly why: string;
}

const ANY = [null, 1002, 1007, 1008, 1009] as const;

export const DIFFERENCES: readonly Difference[] = [
  {
    peers: ['ws', 'websockets'],
    rule: 'ERR_INVALID_UTF8',
    theirs: ANY,
    goesOn: 'they',
    why: 'We fail at the first byte that cannot be UTF-8 (RFC 6455, 8.1 and 10.7 allow both); they look at whole messages, and meet what comes between first.',
  },
  {
    peers: ['ws', 'websockets'],
    rule: 'ERR_LENGTH_NOT_MINIMAL',
    theirs: ANY,
    goesOn: 'they',
    why: 'A length must be written in as few bytes as can be (5.2). They do not check it, and go on.',
  },
  {
    peers: ['ws', 'websockets'],
    rule: 'ERR_LENGTH_NEGATIVE',
    theirs: [1009],
    goesOn: 'nobody',
    why: 'The highest bit of a 64-bit length must be 0 (5.2): a broken rule to us, to them a frame that is too big.',
  },
  {
    peers: ['ws', 'websockets'],
    rule: null,
    theirs: [1009],
    goesOn: 'nobody',
    why: 'The stream ends between a length that is too big and the masking key: we look at headers that are whole.',
  },
  {
    peers: ['ws'],
    rule: 'ERR_COMPRESSED_DATA',
    theirs: ANY,
    goesOn: 'they',
    why: 'Deflate data that is cut off within a block (RFC 7692, 7.2.2): ws delivers as much as came out.',
  },
  {
    peers: ['websockets'],
    rule: 'ERR_CLOSE_FRAME',
    theirs: [1007],
    goesOn: 'nobody',
    why: 'Of a Close frame with both a wrong code and a reason that is no UTF-8 we name the code, they the reason.',
  },
  ...[
    'ERR_FRAGMENTED_CONTROL',
    'ERR_RESERVED_BITS',
    'ERR_RESERVED_OPCODE',
    'ERR_UNEXPECTED_CONTINUATION',
    'ERR_EXPECTED_CONTINUATION',
    'ERR_UNMASKED_FRAME',
    'ERR_MASKED_FRAME',
    'ERR_CONTROL_TOO_LONG',
    'ERR_CLOSE_PAYLOAD',
  ].map(
    (rule): Difference => ({
      peers: ['websockets'],
      rule,
      theirs: ANY,
      goesOn: 'they',
      why: 'We judge a frame by its first two bytes. websockets reads it whole first: the stream ends before that, or its length is judged before.',
    }),
  ),
  {
    peers: ['websockets'],
    rule: null,
    theirs: [1002],
    goesOn: 'we',
    why: 'A Close frame between the fragments of a message is allowed (5.4), and code 1014 is registered at IANA; websockets refuses the one, and before 13 the other.',
  },
];

/** Whether two observations are the same, or differ in a way that is known. @returns the row, `null`: the same */
export function explain(peer: 'ws' | 'websockets', ours: Observation, theirs: Observation): Difference | null {
  const isSame = ours.failure === theirs.failure && ours.events.join() === theirs.events.join();
  if (isSame) return null;
  const found = DIFFERENCES.find(
    ({ peers, rule, theirs: codes, goesOn }) =>
      peers.includes(peer) &&
      rule === (ours.rule ?? null) &&
      codes.includes(theirs.failure) &&
      (isBeginning(ours.events, theirs.events) || goesOn === 'we') &&
      (isBeginning(theirs.events, ours.events) || goesOn === 'they'),
  );
  if (found !== undefined) return found;
  throw new Error(
    `unknown difference to ${peer}:\n  ours   ${JSON.stringify(ours)}\n  theirs ${JSON.stringify(theirs)}`,
  );
}

function isBeginning(some: readonly string[], all: readonly string[]): boolean {
  return some.length <= all.length && some.every((event, i) => event === all[i]);
}
