import { setTimeout as delay } from 'node:timers/promises';
import { constants, deflateRawSync } from 'node:zlib';
import { frame, Opcode } from '../wire/frame.ts';
import type { Exchange } from './exchange.ts';
import { hasExactly, judge } from './judge.ts';
import { ask, requestWith } from './raw-request.ts';
import { binary, continuation, ping, testerCloses } from './script.ts';
import { compressedFrames, defaultPlan } from './section-12-13-deflate.ts';
import type { CaseSurroundings, ExchangeCase, ServerCase } from './test-case.ts';
import { isFailure, type Verdict, verdict } from './verdict.ts';

const MIB = 1024 * 1024;
/** What a peer may grow by while it is flooded. */
const MEMORY_LIMIT = 128 * MIB;
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
    extension: { name: 'permessage-deflate', plan: defaultPlan },
  },
  {
    ...flood('26.6', 'Very many tiny compressed messages.', 'All of them come back, in order.', tinyMessages),
    extension: { name: 'permessage-deflate', plan: defaultPlan },
  },
  halfRequest(),
];

function flood(
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
    expectation: `${expectation} The memory of the peer grows by less than ${MEMORY_LIMIT / MIB} MiB.`,
    run: async (exchange, surroundings) => {
      const before = surroundings.peerMemory();
      let highest = before ?? 0;
      const watch = setInterval(() => {
        highest = Math.max(highest, surroundings.peerMemory() ?? 0);
      }, 20);
      const judged = await run(exchange, surroundings).finally(() => clearInterval(watch));
      const grown = before === null ? 0 : Math.max(highest, surroundings.peerMemory() ?? 0) - before;
      if (grown <= MEMORY_LIMIT || isFailure(judged)) return judged;
      return verdict('FAILED', `The memory of the peer grew by ${Math.round(grown / MIB)} MiB.`);
    },
  };
}

async function floodPings(exchange: Exchange, { isQuick }: CaseSurroundings): Promise<Verdict> {
  const count = isQuick ? 1000 : 20_000;
  for (let sent = 0; sent < count; sent += 500) {
    await exchange.send(Array.from({ length: 500 }, (_, i) => ping(`${sent + i}`.padEnd(125, '.'))));
  }
  const last = `${count - 1}`.padEnd(125, '.');
  let isAnswered = false;
  // A peer may answer only the latest of several Pings.
  while (!isAnswered) {
    const next = await exchange.takeAnswer(60_000);
    if (next === null) break;
    isAnswered = next.type === 'pong' && next.payload.toString() === last;
  }
  const hasEnough = !isAnswered && exchange.isOver && exchange.violation === null;
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
  await exchange.receivePatiently(1, 60_000);
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
  const octets = zeros(isQuick ? 72 : 256);
  await exchange.send(compressedFrames(octets, Opcode.BINARY, 64 * 1024));
  // Whoever takes it may take its time, and the echo is not worth waiting for.
  await exchange.receiveEnd(4 * exchange.timing.timeout);
  const isTaken = !exchange.isOver;
  if (isTaken) {
    exchange.connection.destroy();
    return verdict('INFORMATIONAL', 'The peer took the message.');
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
  await exchange.receivePatiently(count, 60_000);
  const isRight = hasExactly(
    exchange.answers,
    bodies.map(payload => ({ type: 'text', payload })),
  );
  await exchange.finish();
  if (!isRight) return verdict('FAILED', `${exchange.answers.length} of ${count} messages came back, or not in order.`);
  return judge(exchange, [{ behavior: 'OK', answers: exchange.answers }], testerCloses);
}

function halfRequest(): ServerCase {
  return {
    kind: 'server',
    id: '26.7',
    description: 'A hundred connections that send half a request and then nothing.',
    expectation:
      'The server drops them within three times the timeout, NON-STRICT if later; a whole request is served meanwhile.',
    run: async (server, { timing }) => {
      const idle = await Promise.all(Array.from({ length: 100 }, () => server.connect()));
      for (const connection of idle) await connection.write(Buffer.from(`GET ${server.resource} HTTP/1.1\r\nHost: `));
      const whole = await ask(server, requestWith(server, 'x'), timing.timeout);
      if (whole.status !== 101) return verdict('FAILED', 'A whole request was not served meanwhile.');
      const deadline = performance.now() + 3 * timing.timeout;
      while (performance.now() < deadline && idle.some(({ hasEnded }) => !hasEnded)) await delay(50);
      const left = idle.filter(({ hasEnded }) => !hasEnded).length;
      return left === 0 ? verdict('OK', 'All were dropped.') : verdict('NON-STRICT', `${left} of 100 were still open.`);
    },
  };
}
