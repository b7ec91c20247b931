import type { ByteStream } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import type { Recorder } from './recorder.ts';
import { join, pattern, type StreamRule } from './stream-rule.ts';

const MEBIBYTE = 1_048_576;
/** More bytes than the buffers of any transport hold while the reader is paused. */
const FLOOD = 24 * MEBIBYTE;
const FLOOD_PIECE = 256 * 1024;

/** Writes, and checks the result against `bufferedAmount`: `false` keeps bytes, `true` keeps none if none were kept before. */
function writeChecked(stream: ByteStream, bytes: Uint8Array): boolean {
  const before = stream.bufferedAmount;
  const taken = stream.write(bytes);
  const after = stream.bufferedAmount;
  // A stream that already keeps bytes may copy these and return true.
  if (taken) check(after === 0 || before > 0, `write answered true and left a bufferedAmount of ${after}`);
  else check(after > 0, 'write answered false with a bufferedAmount of 0');
  check(after <= before + bytes.length, `bufferedAmount went from ${before} to ${after} by ${bytes.length} bytes`);
  return taken;
}

/** Writes until the stream keeps bytes, and a little more. Each piece that was taken is overwritten at once. */
function flood(stream: ByteStream): { sent: Uint8Array; kept: Uint8Array[] } {
  const copies: Uint8Array[] = [];
  const kept: Uint8Array[] = [];
  for (let total = 0; total < FLOOD && kept.length < 3; total += FLOOD_PIECE) {
    const piece = pattern(FLOOD_PIECE, copies.length + 1);
    copies.push(piece.slice());
    if (writeChecked(stream, piece)) piece.fill(0);
    else kept.push(piece);
  }
  return { sent: join(copies), kept };
}

async function sendAndCompare(from: Recorder, to: Recorder, bytes: Uint8Array): Promise<void> {
  writeChecked(from.stream, bytes);
  await to.untilReceived(bytes.length);
  checkEqual(to.bytes(), bytes, 'what arrives is what was written');
}

/** Rules for `attach`, `write`, `writev`, `bufferedAmount` and `onDrain`. */
export const writeRules: readonly StreamRule[] = [
  {
    name: 'attach calls nothing before it returns, and what came before is not lost',
    async run(context) {
      checkEqual(context.from.events, [], 'calls while attach was running');
      context.from.stream.write(pattern(10));
      await context.settle();
      const { to } = context;
      checkEqual(to.events, [], 'calls while attach was running');
      await to.untilReceived(10);
      checkEqual(to.bytes(), pattern(10), 'what arrives is what was written');
    },
  },
  {
    name: 'bytes arrive in order',
    async run({ from, to }) {
      checkEqual(from.stream.bufferedAmount, 0, 'bufferedAmount of a new stream');
      const bytes = pattern(5050);
      for (let start = 0, length = 1; start < bytes.length; start += length, length++) {
        writeChecked(from.stream, bytes.subarray(start, start + length));
      }
      await to.untilReceived(bytes.length);
      checkEqual(to.bytes(), bytes, 'what arrives is what was written');
    },
  },
  {
    name: 'no bytes are nothing: they are taken, and nobody hears of them',
    async run({ from, to, settle }) {
      checkEqual(from.stream.write(new Uint8Array(0)), true, 'the answer to an empty write');
      await settle();
      checkEqual([from.events, to.events], [[], []], 'what is heard of an empty write');
      await sendAndCompare(from, to, pattern(3));
    },
  },
  {
    name: 'after true the memory is the caller’s, after false it is from onDrain on',
    async run({ from, to }) {
      const bytes = pattern(1000);
      const copy = bytes.slice();
      if (!writeChecked(from.stream, bytes)) await from.until('onDrain', () => from.count('drain') > 0);
      bytes.fill(0);
      await to.untilReceived(bytes.length);
      checkEqual(to.bytes(), copy, 'what arrives is what was written');
    },
  },
  {
    name: 'what is lent for onData may be changed, also when it is on its way to others',
    async run({ from, to }) {
      const bytes = pattern(1000);
      writeChecked(from.stream, bytes);
      await to.untilReceived(bytes.length);
      // The recorder has overwritten the bytes that it was lent; the caller's bytes must be unchanged.
      checkEqual(bytes, pattern(1000), 'the bytes of the caller');
    },
  },
  {
    name: 'writev sends all pieces in order',
    async run({ from, to }) {
      if (from.stream.writev === undefined) return;
      const pieces = [pattern(2, 1), new Uint8Array(0), pattern(70_000, 2), pattern(1, 3)];
      const copies = pieces.map(piece => piece.slice());
      const taken = from.stream.writev(pieces);
      checkEqual(taken, from.stream.bufferedAmount === 0, 'the answer of writev, by its bufferedAmount');
      if (taken) for (const piece of pieces) piece.fill(0);
      from.stream.write(pattern(5, 4));
      const expected = join([...copies, pattern(5, 4)]);
      await to.untilReceived(expected.length);
      checkEqual(to.bytes(), expected, 'what arrives is what was written');
    },
  },
  {
    name: '5 MiB in one write arrive intact',
    run: ({ from, to }) => sendAndCompare(from, to, pattern(5 * MEBIBYTE)),
  },
  {
    name: '5 MiB in each direction at once arrive intact',
    async run({ from, to }) {
      const bytes = pattern(5 * MEBIBYTE);
      const answer = pattern(5 * MEBIBYTE, 2);
      writeChecked(from.stream, bytes);
      writeChecked(to.stream, answer);
      await Promise.all([to.untilReceived(bytes.length), from.untilReceived(answer.length)]);
      checkEqual(to.bytes(), bytes, 'what arrives is what was written');
      checkEqual(from.bytes(), answer, 'what comes back is what was written');
    },
  },
  {
    name: 'what the peer does not read is kept; onDrain comes when all of it was taken',
    async run({ from, to }) {
      to.stream.pause();
      const { sent, kept } = flood(from.stream);
      const mustDrain = kept.length > 0;
      from.onEvent = event => {
        if (event === 'drain') for (const piece of kept) piece.fill(0);
      };
      to.stream.resume();
      if (mustDrain) await from.until('onDrain', () => from.count('drain') > 0);
      await to.untilReceived(sent.length);
      checkEqual(to.bytes(), sent, 'what arrives is what was written');
      if (!mustDrain) checkEqual(from.count('drain'), 0, 'onDrain when nothing was kept');
      checkEqual(from.stream.bufferedAmount, 0, 'bufferedAmount when all was taken');
    },
  },
  {
    name: 'writing goes on in onDrain',
    async run({ from, to }) {
      to.stream.pause();
      const { sent, kept } = flood(from.stream);
      const more = pattern(300_000, 99);
      from.onEvent = event => {
        if (event === 'drain' && from.count('drain') === 1) from.stream.write(more);
      };
      if (kept.length === 0) from.stream.write(more);
      to.stream.resume();
      await to.untilReceived(sent.length + more.length);
      checkEqual(to.bytes().subarray(sent.length), more, 'what was written in onDrain');
    },
  },
];
