import { setTimeout as delay } from 'node:timers/promises';
import { constants, deflateRawSync } from 'node:zlib';
import { bzip2Bomb } from '../wire/bzip2-vectors.ts';
import { type Frame, frame, Opcode } from '../wire/frame.ts';
import type { Exchange } from './exchange.ts';
import { hasExactly, judge } from './judge.ts';
import { ask, requestWith } from './raw-request.ts';
import { binary, continuation, ping, testerCloses } from './script.ts';
import { compressedFrames, defaultPlan } from './section-12-13-deflate.ts';
import type { CaseSurroundings, ExchangeCase, ServerCase } from './test-case.ts';
import { isFailure, type Verdict, verdict } from './verdict.ts';

const MIB = 1024 * 1024;
/** What a peer may grow by while it is flooded, and the milliseconds that it may take for it. */
const MEMORY_LIMIT = 128 * MIB;
export const TIME_LIMIT: number = 60_000;
export const LIMITS: string = `Within ${TIME_LIMIT / 1000} seconds; the memory of the peer grows by less than ${MEMORY_LIMIT / MIB} MiB.`;
/** Codes of a peer that has enough. */
const REFUSALS = [1002, 1008, 1009, 1011, 1013];

/** 26.*: floods and bombs. The peer must stay alive, and, where its process is known, of bounded memory. */
export const resourceCases: readonly (ExchangeCase | ServerCase)[] = [
  flood(
    '26.1',
    'A flood of Pings, 125 bytes each.',
    'Pongs, at least that of the last Ping (5.5.3), or the connection is failed.',
    floodPings,
  ),
  flood('26.2', 'A flood of unsolicited Pongs.', 'Nothing; the connection lives.', floodPongs),
  flood(
    '26.3',
    'A message of very many fragments of one byte.',
    'The echo, or the connection is failed with 1008 or 1009.',
    (exchange, { isQuick }) => floodFragments(exchange, 'x', isQuick),
  ),
  flood(
    '26.4',
    'A message of very many empty fragments.',
    'The echo, or the connection is failed with 1008 or 1009.',
    (exchange, { isQuick }) => floodFragments(exchange, '', isQuick),
  ),
  {
    ...flood(
      '26.5',
      'A message of 256 MiB in 256 KiB of compressed data.',
      'The connection is failed with 1009; INFORMATIONAL when it is taken.',
      bomb,
    ),
    quickDescription: 'A message of 72 MiB in 72 KiB of compressed data.',
    extension: { name: 'permessage-deflate', plan: defaultPlan },
  },
  {
    ...flood('26.6', 'Very many tiny compressed messages.', 'All of them come back, in order.', tinyMessages),
    extension: { name: 'permessage-deflate', plan: defaultPlan },
  },
  halfRequest('26.7', 'A hundred connections that send half a request and then nothing.'),
  halfRequest('26.8', 'A hundred connections whose requests come byte by byte and never end.', 500),
  {
    ...flood(
      '26.9',
      'A message of 256 KiB in one frame, written byte by byte.',
      'The echo, or the connection is failed with 1008 or 1009.',
      writeBytes,
    ),
    quickDescription: 'A message of 8 KiB in one frame, written byte by byte.',
  },
  {
    ...flood(
      '26.10',
      'A message that never ends, in fragments of 64 KiB, up to 256 MiB.',
      'The connection is failed with 1008 or 1009; INFORMATIONAL when all is taken.',
      neverEnd,
    ),
    quickDescription: 'A message that never ends, in fragments of 64 KiB, up to 32 MiB.',
  },
  {
    ...flood(
      '26.11',
      'Messages of 256 KiB, up to 256 MiB, from a tester that does not read the echoes for a while.',
      'The peer stops reading, or fails the connection; once the tester reads, the echoes of what it took come, in order.',
      (exchange, { isQuick }) => floodUnread(exchange, binary(Buffer.alloc(256 * 1024, 0xfe)), isQuick ? 64 : 1024),
    ),
    quickDescription: 'Messages of 256 KiB, up to 16 MiB, from a tester that does not read the echoes for a while.',
  },
  flood(
    '26.12',
    'A flood of Pings from a tester that does not read the Pongs for a while.',
    'Once the tester reads, the Pongs of all Pings or of the last one; or the connection is failed.',
    (exchange, { isQuick }) => floodPingsUnread(exchange, isQuick ? 1000 : 100_000),
  ),
  {
    ...flood(
      '26.13',
      'A message of 256 MiB in 208 bytes of bzip2.',
      'The connection is failed with 1009; INFORMATIONAL when it is taken.',
      exchange => sendBomb(exchange, bzip2Bomb, 256),
    ),
    extension: { name: 'permessage-bzip2' },
  },
];

export function flood(
  id: string,
  description: string,
  expectation: string,
  run: (exchange: Exchange, surroundings: CaseSurroundings) => Promise<Verdict>,
): ExchangeCase {
  return {
    kind: 'exchange',
    load: 'alone',
    id,
    description,
    expectation: `${expectation} ${LIMITS}`,
    run: (exchange, surroundings) => watched(surroundings, () => run(exchange, surroundings)),
  };
}

/** Runs what a peer may find hard, and judges its memory and the time as well. */
export async function watched(surroundings: CaseSurroundings, run: () => Promise<Verdict>): Promise<Verdict> {
  const before = surroundings.peerMemory();
  let highest = before ?? 0;
  const watch = setInterval(() => {
    highest = Math.max(highest, surroundings.peerMemory() ?? 0);
  }, 20);
  const began = performance.now();
  const judged = await run().finally(() => clearInterval(watch));
  const took = performance.now() - began;
  const grown = before === null ? 0 : Math.max(highest, surroundings.peerMemory() ?? 0) - before;
  if (isFailure(judged)) return judged;
  if (grown > MEMORY_LIMIT) return verdict('FAILED', `The memory of the peer grew by ${Math.round(grown / MIB)} MiB.`);
  return took <= TIME_LIMIT ? judged : verdict('FAILED', `It took ${Math.round(took / 1000)} seconds.`);
}

async function floodPings(exchange: Exchange, { isQuick }: CaseSurroundings): Promise<Verdict> {
  const count = isQuick ? 1000 : 20_000;
  for (let sent = 0; sent < count; sent += 500) {
    await exchange.send(Array.from({ length: 500 }, (_, i) => ping(`${sent + i}`.padEnd(125, '.'))));
  }
  return awaitLastPong(exchange, `${count - 1}`.padEnd(125, '.'));
}

/** A peer may answer only the latest of several Pings (RFC 6455, 5.5.3). */
async function awaitLastPong(exchange: Exchange, last: string): Promise<Verdict> {
  let isAnswered = false;
  while (!isAnswered) {
    const next = await exchange.takeAnswer(TIME_LIMIT);
    if (next === null) break;
    isAnswered = next.type === 'pong' && next.payload.toString() === last;
  }
  const hasEnough = !isAnswered && exchange.isOver && exchange.isReadable;
  await exchange.finish();
  if (hasEnough) return judgeFlood(exchange, false);
  if (!isAnswered) return verdict('FAILED', 'The last Ping was not answered.');
  return judge(exchange, [{ behavior: 'OK', answers: [] }], testerCloses);
}

async function floodPongs(exchange: Exchange, { isQuick }: CaseSurroundings): Promise<Verdict> {
  const pongs = Array.from({ length: 500 }, () => frame(Opcode.PONG, '.'.repeat(125)));
  for (let sent = 0; sent < (isQuick ? 1000 : 20_000); sent += 500) await exchange.send(pongs);
  await exchange.finish();
  return judge(exchange, [{ behavior: 'OK', answers: [] }], testerCloses);
}

async function floodFragments(exchange: Exchange, payload: string, isQuick: boolean): Promise<Verdict> {
  const count = isQuick ? 5000 : 150_000;
  const part = continuation(payload, { fin: false });
  const parts = Array.from({ length: 1000 }, () => part);
  await exchange.send([binary(payload, { fin: false })]);
  for (let sent = 1; sent < count && !exchange.connection.hasEnded; sent += parts.length) await exchange.send(parts);
  await exchange.send([continuation('')]);
  await exchange.receivePatiently(1, TIME_LIMIT);
  const isEcho = exchange.answers.length === 1;
  await exchange.finish();
  return judgeFlood(exchange, isEcho);
}

function judgeFlood(exchange: Exchange, isEcho: boolean): Verdict {
  if (isEcho) return judge(exchange, [{ behavior: 'OK', answers: exchange.answers }], testerCloses);
  return judge(exchange, [{ behavior: 'OK', answers: [] }], {
    startedBy: 'peer',
    codes: REFUSALS,
    isCleanRequired: false,
  });
}

/** As many MiB of zeros as one compressed message: the same MiB again and again. */
function zeros(mebibytes: number): Buffer {
  const one = deflateRawSync(Buffer.alloc(MIB), { finishFlush: constants.Z_FULL_FLUSH, level: 9 });
  return Buffer.concat(Array.from({ length: mebibytes }, () => one)).subarray(0, -4);
}

async function bomb(exchange: Exchange, { isQuick }: CaseSurroundings): Promise<Verdict> {
  return sendBomb(exchange, zeros(isQuick ? 72 : 256), 64 * 1024);
}

async function sendBomb(exchange: Exchange, octets: Buffer, frameSize: number): Promise<Verdict> {
  await exchange.send(compressedFrames(octets, Opcode.BINARY, frameSize));
  // Whoever takes it may take its time, and the echo is not worth waiting for.
  await exchange.receiveEnd(4 * exchange.timing.timeout);
  const isTaken = !exchange.isOver;
  if (isTaken) {
    exchange.connection.destroy();
    return verdict('INFORMATIONAL', 'The peer took the message.');
  }
  if (exchange.excess !== null) {
    // No peer is judged by the length that the tester takes back.
    exchange.connection.destroy();
    return verdict('INFORMATIONAL', `The peer took the message, and sent ${exchange.excess}.`);
  }
  await exchange.finish();
  return judge(
    exchange,
    [{ behavior: exchange.answers.length > 0 ? 'INFORMATIONAL' : 'OK', answers: exchange.answers }],
    {
      startedBy: 'peer',
      codes: REFUSALS,
      isCleanRequired: false,
    },
  );
}

async function tinyMessages(exchange: Exchange, { isQuick }: CaseSurroundings): Promise<Verdict> {
  const count = isQuick ? 500 : 10_000;
  const codec = exchange.connection.codec!;
  const bodies = Array.from({ length: count }, (_, i) => Buffer.from(`${i}`));
  for (let start = 0; start < count; start += 500) {
    await exchange.send(
      bodies.slice(start, start + 500).flatMap(body => compressedFrames(codec.compress(body), Opcode.TEXT, 64)),
    );
  }
  await exchange.receivePatiently(count, TIME_LIMIT);
  const isRight = hasExactly(
    exchange.answers,
    bodies.map(payload => ({ type: 'text', payload })),
  );
  await exchange.finish();
  if (!isRight) return verdict('FAILED', `${exchange.answers.length} of ${count} messages came back, or not in order.`);
  return judge(exchange, [{ behavior: 'OK', answers: exchange.answers }], testerCloses);
}

async function writeBytes(exchange: Exchange, { isQuick }: CaseSurroundings): Promise<Verdict> {
  const payload = Buffer.alloc((isQuick ? 8 : 256) * 1024, 0xfe);
  await exchange.send([binary(payload)], { pieceSize: 1 });
  await exchange.receive(1, TIME_LIMIT);
  const isEcho = hasExactly(exchange.answers, [{ type: 'binary', payload }]);
  await exchange.finish();
  return judgeFlood(exchange, isEcho);
}

async function neverEnd(exchange: Exchange, { isQuick }: CaseSurroundings): Promise<Verdict> {
  const part = Buffer.alloc(64 * 1024, 0xfe);
  await exchange.send([binary(part, { fin: false })]);
  const { connection } = exchange;
  for (let sent = 1; sent < (isQuick ? 512 : 4096) && !connection.hasEnded; sent++)
    await exchange.send([continuation(part, { fin: false })]);
  await exchange.receiveEnd();
  if (exchange.isOver) {
    await exchange.finish();
    return judgeFlood(exchange, false);
  }
  connection.destroy();
  return verdict('INFORMATIONAL', 'The peer took everything.');
}

async function floodUnread(exchange: Exchange, message: Frame, count: number): Promise<Verdict> {
  const sent = await sendUnread(exchange, count, () => [message]);
  let echoes = 0;
  for (; echoes < sent; echoes++) {
    const next = await exchange.takeAnswer(TIME_LIMIT);
    if (next === null) break;
    if (next.type !== 'binary' || !next.payload.equals(message.payload))
      return verdict('FAILED', `Echo ${echoes + 1} of ${sent} is not what was sent.`);
  }
  const hasAll = echoes === sent;
  await exchange.finish();
  return hasAll ? judge(exchange, [{ behavior: 'OK', answers: [] }], testerCloses) : judgeFlood(exchange, false);
}

async function floodPingsUnread(exchange: Exchange, count: number): Promise<Verdict> {
  const payloadOf = (i: number): string => `${i}`.padEnd(125, '.');
  const batch = 500;
  const sent = await sendUnread(exchange, count / batch, index =>
    Array.from({ length: batch }, (_, i) => ping(payloadOf(index * batch + i))),
  );
  return awaitLastPong(exchange, payloadOf(sent * batch - 1));
}

/** Writes without reading for as long as the peer takes what is written; says how many batches were. */
async function sendUnread(exchange: Exchange, count: number, batchOf: (index: number) => Frame[]): Promise<number> {
  const { connection, timing } = exchange;
  connection.stopReading();
  let sent = 0;
  let written: Promise<unknown> = Promise.resolve();
  for (let isTaken = true; isTaken && sent < count && !connection.hasEnded; sent++) {
    written = exchange.send(batchOf(sent));
    isTaken = await Promise.race([written.then(() => true), delay(timing.pause, false)]);
  }
  connection.resumeReading();
  await written;
  return sent;
}

function halfRequest(id: string, description: string, interval: number | null = null): ServerCase {
  return {
    kind: 'server',
    id,
    description,
    expectation:
      'The server drops them within three times the timeout, NON-STRICT if later; a whole request is served meanwhile.',
    run: async (server, { timing }) => {
      const idle = await Promise.all(Array.from({ length: 100 }, () => server.connect()));
      for (const connection of idle) await connection.write(Buffer.from(`GET ${server.resource} HTTP/1.1\r\nHost: `));
      const whole = await ask(server, requestWith(server, 'x'), timing.timeout);
      if (whole.status !== 101) return verdict('FAILED', 'A whole request was not served meanwhile.');
      const deadline = performance.now() + 3 * timing.timeout;
      while (performance.now() < deadline && idle.some(({ hasEnded }) => !hasEnded)) {
        await delay(interval ?? 50);
        if (interval === null) continue;
        for (const connection of idle) if (!connection.hasEnded) await connection.write(Buffer.from('a'));
      }
      const left = idle.filter(({ hasEnded }) => !hasEnded).length;
      return left === 0 ? verdict('OK', 'All were dropped.') : verdict('NON-STRICT', `${left} of 100 were still open.`);
    },
  };
}
