import { setTimeout as delay } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { openAsClient } from '../run/handshake.ts';
import { encodeFrame, type Frame, frame, Opcode } from '../wire/frame.ts';
import type { PeerConnection } from '../wire/peer-connection.ts';
import { type Answer, Exchange, type Timing } from './exchange.ts';
import { hasExactly, judge } from './judge.ts';
import { ask, requestWith } from './raw-request.ts';
import { answer, binary, ping, testerCloses, text } from './script.ts';
import { defaultPlan } from './section-12-13-deflate.ts';
import { flood, LIMITS, TIME_LIMIT, watched } from './section-26-resources.ts';
import type { ExchangeCase, ServerCase, ServerUnderTest } from './test-case.ts';
import { isFailure, type Verdict, verdict } from './verdict.ts';

const DEFLATE = { name: 'permessage-deflate', plan: defaultPlan } as const;
const HELLO = text('Hello, world!');
/** With a length in eight bytes, so that a header has as many octets as it can. */
const LARGE = binary(Buffer.alloc(65_536, 0xfe));

/** 26.*, continued: connections that are a burden, and what becomes of the others beside them. */
export const neighbourCases: readonly (ExchangeCase | ServerCase)[] = [
  {
    ...flood(
      '26.14',
      'Very many tiny messages, some of them compressed and some not, and Pings between them.',
      'All messages come back, in order; so do Pongs, at least that of the last Ping.',
      (exchange, { isQuick }) => floodMixed(exchange, isQuick),
    ),
    extension: DEFLATE,
  },
  {
    kind: 'server',
    load: 'alone',
    id: '26.15',
    description: 'The same flood, and a second connection that says something now and then.',
    expectation: `Each message of the second connection comes back; NON-STRICT when one takes nearly as long as the flood, and more than a fifth of the timeout. ${LIMITS}`,
    run: (server, surroundings) =>
      watched(surroundings, () => besideFlood(server, surroundings.timing, surroundings.isQuick)),
  },
  slowWriters('26.16', 'in the middle of the header of a frame', 5, 12),
  slowWriters('26.17', 'in the middle of a payload', 100, 60_000),
  {
    kind: 'server',
    load: 'alone',
    id: '26.18',
    description: 'A thousand connections that send no request, half of one, or all but the end of one.',
    quickDescription: 'A hundred connections that send no request, half of one, or all but the end of one.',
    expectation: `A whole request is served meanwhile, INFORMATIONAL when it is refused; and one is served when the others are gone. ${LIMITS}`,
    run: (server, surroundings) =>
      watched(surroundings, () => besideHalfRequests(server, surroundings.timing, surroundings.isQuick ? 100 : 1000)),
  },
];

/** Compressed without references to what went before, so that a few can be sent again and again. */
const PACKED = Array.from({ length: 1000 }, (_, i) => deflateRawSync(`${i}`, { finishFlush: 2 }).subarray(0, -4));

function mixedFrames(index: number): Frame[] {
  const body = `${index % PACKED.length}`;
  const message = index % 4 === 3 ? text(body) : frame(Opcode.TEXT, PACKED[index % PACKED.length]!, { rsv: 4 });
  return index % 100 === 99 ? [message, ping(`${index}`)] : [message];
}

/** @returns the numbers of the messages */
async function sendMixed(exchange: Exchange, count: number): Promise<number[]> {
  const numbers = Array.from({ length: count }, (_, i) => i);
  for (let start = 0; start < count; start += 500)
    await exchange.send(numbers.slice(start, start + 500).flatMap(mixedFrames));
  return numbers;
}

async function floodMixed(exchange: Exchange, isQuick: boolean): Promise<Verdict> {
  const count = isQuick ? 1000 : 20_000;
  const numbers = await sendMixed(exchange, count);
  const pongs: number[] = [];
  const echoes: Answer[] = [];
  while (echoes.length < count || pongs.at(-1) !== count - 1) {
    const next = await exchange.takeAnswer(TIME_LIMIT);
    if (next === null) break;
    if (next.type === 'pong') pongs.push(Number(next.payload));
    else echoes.push(next);
  }
  await exchange.finish();
  const inOrder = numbers.map(each => answer('text', `${each % PACKED.length}`));
  if (exchange.isReadable && !hasExactly(echoes, inOrder))
    return verdict('FAILED', `${echoes.length} of ${count} messages came back, or not in order.`);
  if (exchange.isReadable && (pongs.at(-1) !== count - 1 || pongs.some((each, i) => each <= pongs[i - 1]!)))
    return verdict('FAILED', 'The Pongs are not those of the Pings, in order, with that of the last one.');
  return judge(exchange, [{ behavior: 'OK', answers: [] }], testerCloses);
}

/** As {@link floodMixed}, but the echoes are only counted. */
async function floodUnchecked(connection: PeerConnection, count: number, timing: Timing): Promise<Verdict> {
  const exchange = new Exchange(connection, timing);
  await sendMixed(exchange, count);
  let echoed = 0;
  while (echoed < count) {
    const next = await exchange.takeAnswer(TIME_LIMIT);
    if (next === null) return verdict('FAILED', `${echoed} of ${count} messages of the flood came back.`);
    if (next.type !== 'pong') echoed++;
  }
  await exchange.finish();
  exchange.answers.length = 0;
  return judge(exchange, [{ behavior: 'OK', answers: [] }], testerCloses);
}

async function besideFlood(server: ServerUnderTest, timing: Timing, isQuick: boolean): Promise<Verdict> {
  const flooder = await server.connect();
  const { problem, isUnimplemented } = await openAsClient(flooder, server, DEFLATE, timing.timeout);
  // Decompressing thousands of echoes in one go would keep the tester from hearing the second connection.
  flooder.startFrames({ name: DEFLATE.name, compress: octets => octets, decompress: () => Buffer.alloc(0) });
  if (problem !== null) return verdict('FAILED', `Opening handshake: ${problem}.`);
  if (isUnimplemented) return verdict('UNIMPLEMENTED', `The peer did not agree to ${DEFLATE.name}.`);
  const second = await open(server, timing);
  if (second === null) return verdict('FAILED', 'The server did not open a second connection.');
  const began = performance.now();
  let floodTime = 0;
  const flooding = floodUnchecked(flooder, isQuick ? 1000 : 60_000, timing).finally(() => {
    floodTime = performance.now() - began;
  });
  let longest = 0;
  let count = 0;
  let isAnswered = true;
  for (; floodTime === 0 && isAnswered; count++) {
    const asked = performance.now();
    isAnswered = await echoes(second, text(`${count}`));
    longest = Math.max(longest, performance.now() - asked);
    await delay(5);
  }
  const judged = await flooding;
  // Who forgets the others during a flood may still come to them after it.
  if (!isAnswered && !(await receives(second, text(`${count - 1}`))))
    return verdict('FAILED', 'The second connection was not answered, not even after the flood.');
  await second.finish();
  if (isFailure(judged)) return judged;
  const times = `${count} answers, the longest wait ${Math.round(longest)} ms of ${Math.round(floodTime)}`;
  return isAnswered && longest <= Math.max(timing.timeout / 5, 0.9 * floodTime)
    ? verdict('OK', `The second connection was served: ${times}.`)
    : verdict('NON-STRICT', `The second connection had to wait: ${times}.`);
}

/** Opens one more connection; null when the server does not. */
async function open(server: ServerUnderTest, timing: Timing): Promise<Exchange | null> {
  const { status, connection } = await ask(server, requestWith(server, 'x'), timing.timeout);
  if (status !== 101) return null;
  connection.startFrames();
  return new Exchange(connection, timing);
}

async function echoes(exchange: Exchange, message: Frame): Promise<boolean> {
  await exchange.send([message]);
  return receives(exchange, message);
}

async function receives(exchange: Exchange, { payload }: Frame): Promise<boolean> {
  const next = await exchange.takeAnswer(exchange.timing.timeout);
  return next !== null && next.type !== 'pong' && next.payload.equals(payload);
}

/** Connections that stop at two octets of a frame for the length of a pause. */
function slowWriters(id: string, where: string, first: number, second: number): ServerCase {
  return {
    kind: 'server',
    id,
    description: `A hundred connections that stop ${where} for a while.`,
    quickDescription: `Ten connections that stop ${where} for a while.`,
    expectation:
      'A message on another connection is echoed meanwhile; when the rest comes, each message is echoed, INFORMATIONAL when the server does not wait so long.',
    run: async (server, { timing, isQuick }) => {
      const opened = await Promise.all(Array.from({ length: isQuick ? 10 : 100 }, () => open(server, timing)));
      const slow = opened.filter(each => each !== null);
      if (slow.length < opened.length) return verdict('FAILED', 'The server did not open all connections.');
      const octets = encodeFrame(LARGE, { isMasked: true });
      const parts = [octets.subarray(0, first), octets.subarray(first, second), octets.subarray(second)];
      for (const part of parts) {
        await Promise.all(slow.map(({ connection }) => connection.write(part)));
        if (part === parts.at(-1)) break;
        const other = await open(server, timing);
        if (other === null || !(await echoes(other, HELLO)))
          return verdict('FAILED', 'Another connection was not served meanwhile.');
        await Promise.all([delay(timing.pause), other.finish()]);
      }
      await Promise.all(slow.map(each => each.receive(1)));
      const wrong = slow.filter(each => !hasExactly(each.answers, [answer('binary', LARGE.payload)]));
      const dropped = wrong.filter(each => each.isOver && each.isReadable && each.answers.length === 0);
      await Promise.all(slow.map(each => each.finish()));
      if (wrong.length > dropped.length) return verdict('FAILED', `${wrong.length} messages were not echoed as sent.`);
      return dropped.length === 0
        ? verdict('OK', 'All messages were echoed.')
        : verdict('INFORMATIONAL', `The server ended ${dropped.length} of ${slow.length} connections.`);
    },
  };
}

async function besideHalfRequests(server: ServerUnderTest, timing: Timing, count: number): Promise<Verdict> {
  const whole = requestWith(server, 'x');
  const beginnings = ['', whole.slice(0, 24), whole.slice(0, -2)];
  const idle: PeerConnection[] = [];
  while (idle.length < count) {
    // A server may well refuse the last ones of so many. More at once than wait to be accepted are tried again by TCP
    // only a second later, which says nothing about the server.
    const some = await Promise.allSettled(Array.from({ length: 25 }, () => server.connect()));
    await delay(5);
    const opened = some.filter(({ status }) => status === 'fulfilled').map(each => each as Fulfilled);
    idle.push(...opened.map(({ value }) => value));
    if (opened.length < some.length) break;
  }
  await Promise.all(idle.map((each, i) => each.write(Buffer.from(beginnings[i % beginnings.length]!)).catch(() => {})));
  const began = performance.now();
  const response = await ask(server, whole, timing.timeout).catch(() => null);
  const took = Math.round(performance.now() - began);
  for (const each of idle) each.destroy();
  if (response !== null && response.head === null && !response.connection.hasEnded)
    return verdict('FAILED', `A whole request beside ${idle.length} others was not answered.`);
  const deadline = performance.now() + timing.timeout;
  while ((await open(server, timing).catch(() => null)) === null) {
    if (performance.now() > deadline) return verdict('FAILED', 'No request was served when the others were gone.');
    await delay(50);
  }
  return response?.status === 101
    ? verdict('OK', `A whole request beside ${idle.length} others was served, in ${took} ms.`)
    : verdict('INFORMATIONAL', `A whole request beside ${idle.length} others was refused.`);
}

type Fulfilled = PromiseFulfilledResult<PeerConnection>;
