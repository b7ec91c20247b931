import type { DeflateParameters } from '../wire/extensions.ts';
import { type Frame, frame, Opcode } from '../wire/frame.ts';
import type { DeflateMessageCodec } from '../wire/message-codec.ts';
import { type Corpus, corpora } from './corpus.ts';
import type { Exchange } from './exchange.ts';
import { judge } from './judge.ts';
import { testerCloses } from './script.ts';
import type { CaseSurroundings, DeflatePlan, ExchangeCase } from './test-case.ts';
import { type Verdict, verdict } from './verdict.ts';

/** Size of a message, size of its frames (null: one frame), and the seconds that 1000 of them may take. */
const SIZES: readonly (readonly [size: number, frameSize: number | null, limit: number])[] = [
  [16, null, 60],
  [64, null, 60],
  [256, null, 120],
  [1024, null, 240],
  [4096, null, 480],
  ...[8192, 16384, 32768, 65536, 131072].map(size => [size, null, 480] as const),
  ...[8192, 16384, 32768, 65536, 131072].map(size => [size, 256, 480] as const),
  [131072, 1024, 480],
  [131072, 4096, 480],
  [131072, 32768, 480],
];

const HINTS = { clientNoContextTakeover: true, clientMaxWindowBits: 0 };
const PLAIN: DeflateParameters = { ...HINTS, serverNoContextTakeover: false, serverMaxWindowBits: null };

/** Accepts an offer with what it demands, and demands nothing in return. */
export function acceptAsOffered(offer: DeflateParameters): DeflateParameters {
  return { ...offer, clientNoContextTakeover: false, clientMaxWindowBits: null };
}

/** What is asked for in 13.1.* to 13.6.*: of the server by a client tester, of the client by a server tester. */
const DEMANDS: readonly (readonly [noContextTakeover: boolean, windowBits: number | null])[] = [
  [false, null],
  [true, null],
  [false, 9],
  [false, 15],
  [true, 9],
  [true, 15],
];

/** The plan of 12.*: what a client offers that has no wishes. */
export const defaultPlan: DeflatePlan = { offers: [PLAIN], answers: [acceptAsOffered] };

const plans: readonly DeflatePlan[] = [
  ...DEMANDS.map(([noContextTakeover, windowBits]) => ({
    offers: [offerFor(noContextTakeover, windowBits)],
    answers: [answerFor(noContextTakeover, windowBits)],
  })),
  {
    offers: [offerFor(true, 9), offerFor(true, null), offerFor(false, null)],
    answers: [answerFor(true, 9), answerFor(true, null), acceptAsOffered],
  },
];

/** 12.* and 13.*: permessage-deflate with many kinds of data and with all its parameters (RFC 7692). */
export const deflateCases: readonly ExchangeCase[] = [
  ...corpora.flatMap((corpus, group) =>
    SIZES.map((_, i) => compressed(`12.${group + 1}.${i + 1}`, corpus, i, defaultPlan, 'no wishes')),
  ),
  ...plans.flatMap((plan, group) =>
    SIZES.map((_, i) => compressed(`13.${group + 1}.${i + 1}`, corpora[0]!, i, plan, describeDemand(group))),
  ),
];

function offerFor(noContextTakeover: boolean, windowBits: number | null): DeflateParameters {
  return { ...HINTS, serverNoContextTakeover: noContextTakeover, serverMaxWindowBits: windowBits };
}

function answerFor(noContextTakeover: boolean, windowBits: number | null): DeflatePlan['answers'][number] {
  return offer => {
    // A server may not limit the window of a client that did not say it can do so (RFC 7692, 7.1.2.2).
    if (windowBits !== null && offer.clientMaxWindowBits === null) return null;
    return { ...offer, clientNoContextTakeover: noContextTakeover, clientMaxWindowBits: windowBits };
  };
}

function describeDemand(group: number): string {
  const demand = DEMANDS[group];
  if (demand === undefined) return 'no context takeover and 9 bits, else no context takeover, else nothing';
  const [noContextTakeover, windowBits] = demand;
  const wishes = [
    ...(noContextTakeover ? ['no context takeover'] : []),
    ...(windowBits === null ? [] : [`a window of ${windowBits} bits`]),
  ];
  return wishes.length === 0 ? 'no wishes' : wishes.join(' and ');
}

function compressed(id: string, corpus: Corpus, sizeIndex: number, plan: DeflatePlan, demand: string): ExchangeCase {
  const [size, frameSize, limit] = SIZES[sizeIndex]!;
  const unit = corpus.isBinary ? 'bytes' : 'characters';
  const frames = frameSize === null ? 'one frame each' : `in frames of ${frameSize} bytes`;
  const what = `compressed messages of ${size} ${unit} from ${corpus.name}, ${frames}; asked for: ${demand}.`;
  return {
    kind: 'exchange',
    load: 'heavy',
    id,
    description: `${messageCount(size, false)} ${what}`,
    quickDescription: `${messageCount(size, true)} ${what}`,
    expectation: `Each message comes back within ${limit} seconds for all; back references stay inside the agreed window; the connection closes cleanly with 1000. UNIMPLEMENTED without the extension.`,
    extension: { name: 'permessage-deflate', plan },
    run: (exchange, surroundings) => runCompressed(exchange, corpus, sizeIndex, surroundings),
  };
}

async function runCompressed(
  exchange: Exchange,
  corpus: Corpus,
  sizeIndex: number,
  { isQuick }: CaseSurroundings,
): Promise<Verdict> {
  const [size, frameSize, limit] = SIZES[sizeIndex]!;
  const codec = exchange.connection.codec as DeflateMessageCodec;
  const type = corpus.isBinary ? 'binary' : 'text';
  const deadline = performance.now() + limit * 1000;
  for (let i = 0; i < messageCount(size, isQuick); i++) {
    const message = corpus.message(i, size);
    const octets = compressCached(codec, corpus, size, i, message);
    await exchange.send(
      compressedFrames(octets, corpus.isBinary ? Opcode.BINARY : Opcode.TEXT, frameSize ?? octets.length),
    );
    const answer = await exchange.takeAnswer(deadline - performance.now());
    if (answer === null) break;
    if (answer.type === type && answer.payload.equals(message)) continue;
    exchange.connection.destroy();
    return verdict('FAILED', `Message ${i + 1} came back changed.`);
  }
  const isInTime = performance.now() < deadline;
  await exchange.finish();
  if (!isInTime) return verdict('FAILED', `The messages took more than ${limit} seconds.`);
  return judge(exchange, [{ behavior: 'OK', answers: [] }], testerCloses);
}

/** The frames of one compressed message: RSV1 on the first, and only there (RFC 7692, 6.1). */
export function compressedFrames(octets: Buffer, opcode: number, frameSize: number): Frame[] {
  const frames: Frame[] = [];
  for (let start = 0; start < octets.length; start += frameSize) {
    const payload = octets.subarray(start, start + frameSize);
    const fin = start + frameSize >= octets.length;
    frames.push(frame(start === 0 ? opcode : Opcode.CONTINUATION, payload, { fin, rsv: start === 0 ? 4 : 0 }));
  }
  return frames;
}

// Many cases send the same sequence of messages; compressing it once leaves the machine to the peer.
const CACHE_LIMIT = 96 * 1024 * 1024;
const cache = new Map<string, Buffer>();
let cachedBytes = 0;

function compressCached(
  codec: DeflateMessageCodec,
  corpus: Corpus,
  size: number,
  index: number,
  message: Buffer,
): Buffer {
  const { windowBits, takesOver } = codec.own;
  const key = `${corpus.name} ${size} ${takesOver} ${windowBits} ${index}`;
  const cached = cache.get(key);
  if (cached !== undefined) {
    codec.noteSent(message);
    return cached;
  }
  const octets = codec.compress(message);
  cache.set(key, octets);
  cachedBytes += octets.length;
  for (const [oldest, { length }] of cache) {
    if (cachedBytes <= CACHE_LIMIT) break;
    cache.delete(oldest);
    cachedBytes -= length;
  }
  return octets;
}

function messageCount(size: number, isQuick: boolean): number {
  if (!isQuick) return 1000;
  // Two at least: the second one may refer to the first.
  return size > 16384 ? 2 : 5;
}
