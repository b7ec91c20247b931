import { type Frame, frame, Opcode } from '../wire/frame.ts';
import type { Exchange } from './exchange.ts';
import { judge } from './judge.ts';
import { testerCloses } from './script.ts';
import type { CaseSurroundings, ExchangeCase } from './test-case.ts';
import { type Verdict, verdict } from './verdict.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Whole messages: sizes of 9.1.* and 9.2.*. */
const MESSAGE_SIZES = [64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB];
/** Fragments of a 4 MiB message: sizes of 9.3.* and 9.4.*. */
const FRAGMENT_SIZES = [64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB];
/** Writes of a 1 MiB frame: sizes of 9.5.* and 9.6.*. */
const PIECE_SIZES = [64, 128, 256, 512, 1024, 2048];
/** Messages sent one after the other: sizes of 9.7.* and 9.8.*, and the seconds they may take. */
const ROUND_TRIPS = [
  [0, 60],
  [16, 60],
  [64, 60],
  [256, 120],
  [1024, 240],
  [4096, 480],
] as const;
const TYPES = ['text', 'binary'] as const;
/** What `--quick` divides sizes by. */
const QUICK_DIVISOR = 64;
/** The messages that `--quick` leaves of 1000. */
const QUICK_COUNT = 10;

type Type = (typeof TYPES)[number];
const ECHO = 'The same message comes back, every octet of it; the connection closes cleanly with 1000.';

/** 9.* and 10.*: large messages, many fragments, many writes, many messages. */
export const volumeCases: readonly ExchangeCase[] = [
  ...TYPES.flatMap((type, group) =>
    MESSAGE_SIZES.map((size, i) => large(`9.${1 + group}.${i + 1}`, type, size, size, null, size < MIB ? 10 : 100)),
  ),
  ...TYPES.flatMap((type, group) =>
    FRAGMENT_SIZES.map((size, i) => large(`9.${3 + group}.${i + 1}`, type, 4 * MIB, size, null, 100)),
  ),
  ...TYPES.flatMap((type, group) =>
    PIECE_SIZES.map((size, i) => large(`9.${5 + group}.${i + 1}`, type, MIB, MIB, size, 1000)),
  ),
  ...TYPES.flatMap((type, group) =>
    ROUND_TRIPS.map(([size, limit], i) => roundTrips(`9.${7 + group}.${i + 1}`, type, size, limit)),
  ),
  large('10.1.1', 'text', 64 * KIB, 1300, null, 10),
];

/** A payload in which every position is recognisable, so that nothing can change places unseen. */
export function patterned(size: number, type: Type): Buffer {
  const payload = Buffer.allocUnsafe(size);
  const [lowest, count] = type === 'text' ? [0x20, 95] : [0, 251];
  for (let i = 0; i < size; i++) payload[i] = lowest + ((i ^ (i >>> 8) ^ (i >>> 16)) % count);
  return payload;
}

function large(
  id: string,
  type: Type,
  size: number,
  fragmentSize: number,
  pieceSize: number | null,
  limit: number,
): ExchangeCase {
  const quickSize = size > 64 * KIB ? size / QUICK_DIVISOR : size;
  const how = pieceSize === null ? null : `written in pieces of ${pieceSize} bytes`;
  const describe = (sent: number): string =>
    `A ${type} message of ${sent} bytes, ${how ?? (fragmentSize < sent ? `in fragments of ${fragmentSize} bytes` : 'in one frame')}.`;
  return {
    kind: 'exchange',
    load: 'heavy',
    id,
    description: describe(size),
    quickDescription: describe(quickSize),
    expectation: ECHO,
    run: async (exchange, surroundings) => {
      const payload = patterned(surroundings.isQuick ? quickSize : size, type);
      await exchange.send(fragmented(payload, type, fragmentSize), pieceSize === null ? {} : { pieceSize });
      await exchange.receivePatiently(1, limit * 1000);
      await exchange.finish();
      return judge(exchange, [{ behavior: 'OK', answers: [{ type, payload }] }], testerCloses);
    },
  };
}

function fragmented(payload: Buffer, type: Type, size: number): Frame[] {
  const frames: Frame[] = [];
  for (let start = 0; start === 0 || start < payload.length; start += size) {
    const opcode = start > 0 ? Opcode.CONTINUATION : type === 'text' ? Opcode.TEXT : Opcode.BINARY;
    const end = start + size;
    frames.push(frame(opcode, payload.subarray(start, end), { fin: end >= payload.length }));
  }
  return frames;
}

function roundTrips(id: string, type: Type, size: number, limit: number): ExchangeCase {
  const each = `of ${size} bytes, each sent when the echo of the last has come.`;
  return {
    kind: 'exchange',
    load: 'heavy',
    id,
    description: `1000 ${type} messages ${each}`,
    quickDescription: `${QUICK_COUNT} ${type} messages ${each}`,
    expectation: `${ECHO} All within ${limit} seconds.`,
    run: (exchange, surroundings) => runRoundTrips(exchange, type, size, limit, surroundings),
  };
}

async function runRoundTrips(
  exchange: Exchange,
  type: Type,
  size: number,
  limit: number,
  { isQuick }: CaseSurroundings,
): Promise<Verdict> {
  const deadline = performance.now() + limit * 1000;
  const payload = patterned(size, type);
  const message = frame(type === 'text' ? Opcode.TEXT : Opcode.BINARY, payload);
  for (let i = 0; i < (isQuick ? QUICK_COUNT : 1000); i++) {
    await exchange.send([message]);
    const answer = await exchange.takeAnswer(deadline - performance.now());
    if (answer === null) break;
    if (answer.type === type && answer.payload.equals(payload)) continue;
    exchange.connection.destroy();
    return verdict('FAILED', `Message ${i + 1} came back changed.`);
  }
  const isInTime = performance.now() < deadline;
  await exchange.finish();
  if (!isInTime) return verdict('FAILED', `The messages took more than ${limit} seconds.`);
  return judge(exchange, [{ behavior: 'OK', answers: [] }], testerCloses);
}
