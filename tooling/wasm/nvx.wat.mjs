// The kernels, as WebAssembly text. One template makes both text kernels, so that what validates alone and what
// validates while unmasking cannot differ.
//
// Every kernel takes [at, end) in bytes of its memory. It loads, and `mask` and `unmaskText` also store, whole vectors:
// up to 15 bytes past `end` are read, and written back as they were. The caller leaves that much slack.
//
// A text kernel gives back the automaton's state (0..8), plus 16 when it met a byte that is not ASCII.

import { LAYOUT } from './layout.mjs';
import { classTable, FIRST_HIGH, FIRST_LOW, SECOND_HIGH, STATE_STRIDE, transitionTable } from './utf8-tables.mjs';

/** @param {Iterable<number>} bytes */
const dataString = bytes => Array.from(bytes, byte => `\\${byte.toString(16).padStart(2, '0')}`).join('');

/** @param {number} byte */
const splat = byte => `(i8x16.splat (i32.const ${byte}))`;

const LANES = '(v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)';

/**
 * Bytes `16-count .. 31-count` of two vectors in a row: the second one, each lane replaced by the byte `count` before it.
 * @param {string} previous @param {string} current @param {number} count
 */
const before = (previous, current, count) =>
  `(i8x16.shuffle ${Array.from({ length: 16 }, (_, lane) => 16 - count + lane).join(' ')} ${previous} ${current})`;

/** $key, as the caller has it (its first byte highest), becomes the vector $mask for the byte at payload position $offset. */
const SET_MASK = `
    ;; first byte lowest, as a little-endian load sees it
    (local.set $key (i32.or
      (i32.and (i32.rotl (local.get $key) (i32.const 8)) (i32.const 0x00ff00ff))
      (i32.and (i32.rotr (local.get $key) (i32.const 8)) (i32.const 0xff00ff00))))
    ;; the key byte that is due first, lowest
    (local.set $key (i32.rotr (local.get $key) (i32.shl (local.get $offset) (i32.const 3))))`;

const KEY_VECTOR = '(local.set $mask (i32x4.splat (local.get $key)))';

/** The first lanes all ones, so many as $count says, 0..15. */
const FIRST_LANES = `(i8x16.gt_s (i8x16.splat (local.get $count)) ${LANES})`;

/** The number of bytes left, 1 to 15 where this is used. */
const COUNT_REST = '(local.set $count (i32.sub (local.get $end) (local.get $at)))';

/**
 * Long payloads are worth a first step to an address that is a multiple of 16 (1.3 to 1.4 times as fast, 1 KiB to 64 KiB).
 * @param {string} step that handles the first $count bytes
 */
const align = step => `
    (if (i32.ge_s (i32.sub (local.get $end) (local.get $at)) (i32.const 256)) (then
      (local.set $count (i32.and (i32.sub (i32.const 0) (local.get $at)) (i32.const 15)))
      ${step}
      (local.set $at (i32.add (local.get $at) (local.get $count)))))`;

/** The key goes on behind the first $count bytes. */
const TURN_KEY = `
      (local.set $key (i32.rotr (local.get $key) (i32.shl (local.get $count) (i32.const 3))))
      ${KEY_VECTOR}`;

/**
 * A loop over as many whole blocks as there are.
 * @param {string} label @param {number} size @param {string} body
 */
const blocks = (label, size, body) => `
    (local.set $stop (i32.sub (local.get $end) (i32.const ${size})))
    (block $${label}_done (loop $${label}
      (br_if $${label}_done (i32.gt_s (local.get $at) (local.get $stop)))
      ${body}
      (local.set $at (i32.add (local.get $at) (i32.const ${size})))
      (br $${label})))`;

/** @param {number} offset */
const maskBlock = offset =>
  `(v128.store offset=${offset} (local.get $at) (v128.xor (v128.load offset=${offset} (local.get $at)) (local.get $mask)))`;

const MASK_FIRST = `
      (v128.store (local.get $at) (v128.xor (v128.load (local.get $at)) (v128.and (local.get $mask) ${FIRST_LANES})))`;

const MASK = `
  (func (export "mask") (param $at i32) (param $end i32) (param $key i32) (param $offset i32)
    (local $mask v128) (local $stop i32) (local $count i32)
    ${SET_MASK}
    ${KEY_VECTOR}
    ${align(MASK_FIRST + TURN_KEY)}
    ${blocks('wide', 64, [0, 16, 32, 48].map(maskBlock).join('\n      '))}
    ${blocks('narrow', 16, maskBlock(0))}
    (if (i32.lt_s (local.get $at) (local.get $end)) (then
      ${COUNT_REST}
      ${MASK_FIRST})))`;

/** One byte through the automaton. */
const STEP = `
  (func $step (param $state i32) (param $byte i32) (result i32)
    (i32.load8_u offset=${LAYOUT.transitions}
      (i32.add (i32.mul (local.get $state) (i32.const ${STATE_STRIDE})) (i32.load8_u offset=${LAYOUT.classes} (local.get $byte)))))`;

/**
 * The errors that show in the vector $current after the vector $previous, a lane that is not 0 for each byte that is wrong.
 * @param {string} current @param {string} previous
 */
const errors = (current, previous) => `
        (local.set $before ${before(previous, current, 1)})
        ;; bytes two and three behind a lead byte that wants so many must be continuations, and no others may
        (v128.xor
          (v128.and (local.get $high_bit) (v128.or
            (i8x16.sub_sat_u ${before(previous, current, 2)} (local.get $lead3))
            (i8x16.sub_sat_u ${before(previous, current, 3)} (local.get $lead4))))
          (v128.and
            (v128.and
              (i8x16.swizzle (local.get $first_high) (v128.and (i16x8.shr_u (local.get $before) (i32.const 4)) (local.get $nibble)))
              (i8x16.swizzle (local.get $first_low) (v128.and (local.get $before) (local.get $nibble))))
            (i8x16.swizzle (local.get $second_high) (v128.and (i16x8.shr_u ${current} (i32.const 4)) (local.get $nibble)))))`;

/** Loads what `errors` looks up. */
const LOAD_TABLES = `
      (local.set $first_high (v128.load offset=${LAYOUT.lookups} (i32.const 0)))
      (local.set $first_low (v128.load offset=${LAYOUT.lookups + 16} (i32.const 0)))
      (local.set $second_high (v128.load offset=${LAYOUT.lookups + 32} (i32.const 0)))
      (local.set $nibble ${splat(0x0f)})
      (local.set $lead3 ${splat(0xe0 - 0x80)})
      (local.set $lead4 ${splat(0xf0 - 0x80)})
      (local.set $high_bit ${splat(0x80)})`;

/** @param {string} value */
const addErrors = value => `(local.set $errors (v128.or (local.get $errors) ${value}))`;

/** @param {{ name: string, unmask: boolean }} kernel */
const textKernel = ({ name, unmask }) => {
  /** @param {number} offset */
  const load = offset => {
    const vector = `(v128.load offset=${offset} (local.get $at))`;
    return unmask ? `(v128.xor ${vector} (local.get $mask))` : vector;
  };
  /** Unmasked in the first lanes only: the rest is not due yet, or belongs to what follows in memory. */
  const first = unmask
    ? '(v128.xor (v128.load (local.get $at)) (v128.and (local.get $mask) (local.get $lanes)))'
    : load(0);
  /** @param {string} vector @param {number} offset */
  const store = (vector, offset = 0) =>
    unmask ? `(v128.store offset=${offset} (local.get $at) (local.get $${vector}))` : '';
  /** The first $count bytes, if they are ASCII. */
  const firstAscii = `(local.set $lanes ${FIRST_LANES})
        (local.set $a ${first})
        (br_if $general (i8x16.bitmask (v128.and (local.get $a) (local.get $lanes))))
        ${store('a')}`;
  const nextByte = unmask
    ? `(i32.store8 (local.get $at) (local.tee $byte
          (i32.xor (i32.load8_u (local.get $at)) (i32.and (local.get $key) (i32.const 0xff)))))
        (local.set $key (i32.rotr (local.get $key) (i32.const 8)))`
    : '(local.set $byte (i32.load8_u (local.get $at)))';
  const WIDE = /** @type {const} */ (['a', 'b', 'c', 'd']);
  /** Blocks of 64 bytes for as long as all is ASCII; what is not is left untouched. @param {string} label */
  const asciiBlocks = label => `
        (local.set $stop (i32.sub (local.get $end) (i32.const 64)))
        (block $${label}_done (loop $${label}
          (br_if $${label}_done (i32.gt_s (local.get $at) (local.get $stop)))
          ${WIDE.map((vector, i) => `(local.set $${vector} ${load(16 * i)})`).join('\n          ')}
          (br_if $${label}_done (i8x16.bitmask (v128.or
            (v128.or (local.get $a) (local.get $b))
            (v128.or (local.get $c) (local.get $d)))))
          ${WIDE.map((vector, i) => store(vector, 16 * i)).join('\n          ')}
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (br $${label})))`;

  return `
  (func (export "${name}") (param $at i32) (param $end i32)
    ${unmask ? '(param $key i32) (param $offset i32)' : ''} (param $state i32) (result i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) ;; this block
    (local $previous v128) (local $before v128) (local $errors v128)
    (local $first_high v128) (local $first_low v128) (local $second_high v128)
    (local $nibble v128) (local $lead3 v128) (local $lead4 v128) (local $high_bit v128)
    (local $mask v128) (local $lanes v128)
    (local $start i32) (local $stop i32) (local $count i32) (local $byte i32)
    (local $beyond_ascii i32) ;; 0 or 16
    ${unmask ? SET_MASK : ''}

    ;; Finish the code point that an earlier call began, byte by byte.
    (if (local.get $state) (then
      (if (i32.gt_u (local.get $state) (i32.const 8)) (then (return (i32.const 1))))
      (block $finished (loop $finish
        (br_if $finished (i32.ge_s (local.get $at) (local.get $end)))
        (local.set $beyond_ascii (i32.const 16))
        ${nextByte}
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $state (call $step (local.get $state) (local.get $byte)))
        (br_if $finish (i32.gt_u (local.get $state) (i32.const 1)))))
      (if (local.get $state) (then (return (i32.or (local.get $state) (local.get $beyond_ascii)))))))
    ;; From here on $state is 0, and nothing before $at counts any more.
    (local.set $start (local.get $at))
    ${unmask ? KEY_VECTOR : ''}

    ;; First as if all were ASCII. This part is apart so that it has the registers for itself.
    (block $general
      ${align(`
        ${firstAscii}
        ${unmask ? TURN_KEY : ''}`)}
      ${asciiBlocks('ascii')}
      (local.set $stop (i32.sub (local.get $end) (i32.const 16)))
      (block $narrow_done (loop $narrow
        (br_if $narrow_done (i32.gt_s (local.get $at) (local.get $stop)))
        (local.set $a ${load(0)})
        (br_if $general (i8x16.bitmask (local.get $a)))
        ${store('a')}
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $narrow)))
      (if (i32.lt_s (local.get $at) (local.get $end)) (then
        ${COUNT_REST}
        ${firstAscii}))
      (return (local.get $beyond_ascii)))

    ${LOAD_TABLES}
    (block $whole (loop $again
      (if (i32.eqz (i8x16.bitmask (local.get $previous))) (then ${asciiBlocks('ascii_again')}))
      ;; The next 64 bytes, or fewer at the end, 16 at a time.
      (br_if $whole (i32.gt_s (local.get $at) (i32.sub (local.get $end) (i32.const 16))))
      (local.set $stop (i32.add (local.get $at) (i32.const 64)))
      (loop $check
        (local.set $a ${load(0)})
        ${store('a')}
        (if (i8x16.bitmask (v128.or (local.get $a) (local.get $previous))) (then
          ${addErrors(errors('(local.get $a)', '(local.get $previous)'))}
          (local.set $previous (local.get $a))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $whole (i32.gt_s (local.get $at) (i32.sub (local.get $end) (i32.const 16))))
        (br_if $check (i32.lt_s (local.get $at) (local.get $stop))))
      (br $again)))
    ;; The last 1 to 15 bytes: what lies past them is taken as zeros, and errors there do not count.
    (if (i32.lt_s (local.get $at) (local.get $end)) (then
      ${COUNT_REST}
      (local.set $lanes ${FIRST_LANES})
      (local.set $a ${first})
      ${store('a')}
      (local.set $a (v128.and (local.get $a) (local.get $lanes)))
      ${addErrors(`(v128.and (local.get $lanes) ${errors('(local.get $a)', '(local.get $previous)')})`)}))

    (if (v128.any_true (local.get $errors)) (then (return (i32.const 17))))
    ;; All is right so far; the last three bytes tell the state. Continuations of a lead byte before them are skipped.
    (local.set $at (i32.sub (local.get $end) (i32.const 3)))
    (if (i32.lt_s (local.get $at) (local.get $start)) (then (local.set $at (local.get $start))))
    (loop $last
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.or (local.get $state) (i32.ne (i32.and (local.get $byte) (i32.const 0xc0)) (i32.const 0x80))) (then
        (local.set $state (call $step (local.get $state) (local.get $byte)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $last (i32.lt_s (local.get $at) (local.get $end))))
    (i32.or (local.get $state) (i32.const 16)))`;
};

/** The module. */
export const NVX_WAT = `(module
  (memory (export "memory") ${LAYOUT.pages} ${LAYOUT.pages})
  (data (i32.const ${LAYOUT.classes}) "${dataString(classTable())}")
  (data (i32.const ${LAYOUT.transitions}) "${dataString(transitionTable())}")
  (data (i32.const ${LAYOUT.lookups}) "${dataString([...FIRST_HIGH, ...FIRST_LOW, ...SECOND_HIGH])}")
${STEP}
${MASK}
${textKernel({ name: 'validate', unmask: false })}
${textKernel({ name: 'unmaskText', unmask: true })}
)
`;
