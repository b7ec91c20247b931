import { isUtf8 } from 'node:buffer';
import { encodeFrame, Opcode } from '../wire/frame.ts';
import type { Exchange } from './exchange.ts';
import { judge } from './judge.ts';
import { answer, exactly, fragments, peerFails, scripted, testerCloses, text, write } from './script.ts';
import type { ExchangeCase } from './test-case.ts';
import { UTF8_TABLE } from './utf8-table.ts';
import type { Verdict } from './verdict.ts';

const MIXED = 'Hello-µ@ßöäüàá-UTF-8!!';
const GREEK = Buffer.from('κόσμε');
const REST = Buffer.from('edited');
const SURROGATE = Buffer.concat([GREEK, Buffer.from([0xed, 0xa0, 0x80]), REST]);
const ECHOES = 'The same text comes back; the connection closes cleanly with 1000.';
const FAILS = 'No echo; the peer fails the connection with 1007.';
const FAILS_FAST =
  'The connection stays open on the first part and fails with 1007 as soon as the second has come; NON-STRICT when only the whole message makes it fail.';

/** 6.*: text messages that are UTF-8 and that are not (RFC 6455, 8.1). */
export const utf8Cases: readonly ExchangeCase[] = [
  texts('6.1.1', 'An empty text message.', ['']),
  texts('6.1.2', 'A text message of three empty fragments.', ['', '', '']),
  texts('6.1.3', 'A text message of three fragments, only the middle one not empty.', ['', 'middle frame payload', '']),
  texts('6.2.1', 'UTF-8 with characters of several bytes, one frame.', [MIXED]),
  texts('6.2.2', 'UTF-8 in two fragments, cut between characters.', ['Hello-µ@ßöä', 'üàá-UTF-8!!']),
  texts('6.2.3', 'UTF-8, each byte a fragment.', bytesOf(Buffer.from(MIXED))),
  texts('6.2.4', 'A Greek word, each byte a fragment.', bytesOf(GREEK)),
  texts('6.3.1', 'A surrogate between valid parts, one frame.', [SURROGATE]),
  texts('6.3.2', 'A surrogate between valid parts, each byte a fragment.', bytesOf(SURROGATE)),
  ...[false, true].flatMap((isOneFrame, group) => [
    failsFast(`6.4.${group * 2 + 1}`, isOneFrame, [GREEK, Buffer.from([0xf4, 0x90, 0x80, 0x80]), REST]),
    failsFast(`6.4.${group * 2 + 2}`, isOneFrame, [
      Buffer.concat([GREEK, Buffer.from([0xf4])]),
      Buffer.from([0x90]),
      Buffer.concat([Buffer.from([0x80, 0x80]), REST]),
    ]),
  ]),
  ...UTF8_TABLE.flatMap(([group, title, all]) =>
    all
      .split(' ')
      .map((hex, i) => texts(`6.${group}.${i + 1}`, `A text frame with ${title}: ${hex}.`, [Buffer.from(hex, 'hex')])),
  ),
];

function bytesOf(octets: Buffer): Buffer[] {
  return Array.from(octets, (_, i) => octets.subarray(i, i + 1));
}

function texts(id: string, description: string, parts: readonly (Buffer | string)[]): ExchangeCase {
  const whole = Buffer.concat(parts.map(part => Buffer.from(part)));
  const isValid = isUtf8(whole);
  return scripted({
    id,
    description,
    expectation: isValid ? ECHOES : FAILS,
    steps: [parts.length === 1 ? write(text(whole)) : write(...fragments(Opcode.TEXT, parts))],
    outcomes: exactly(...(isValid ? [answer('text', whole)] : [])),
    close: isValid ? testerCloses : peerFails(1007),
  });
}

function failsFast(id: string, isOneFrame: boolean, parts: readonly [Buffer, Buffer, Buffer]): ExchangeCase {
  const how = isOneFrame ? 'one frame that is sent in three parts' : 'three fragments';
  return {
    kind: 'exchange',
    id,
    description: `An invalid text in ${how}, with pauses between; the second part makes it invalid.`,
    expectation: FAILS_FAST,
    run: exchange => runFailsFast(exchange, parts, isOneFrame),
  };
}

async function runFailsFast(exchange: Exchange, parts: readonly Buffer[], isOneFrame: boolean): Promise<Verdict> {
  const writes = isOneFrame ? piecesOfFrame(parts, exchange.connection.testerIsServer) : null;
  const isOpenAfter: boolean[] = [];
  for (const [i, part] of fragments(Opcode.TEXT, parts).entries()) {
    if (writes === null) await exchange.send([part]);
    else await exchange.connection.write(writes[i]!);
    if (i < 2) await exchange.receiveEnd(exchange.timing.pause);
    isOpenAfter.push(!exchange.isOver);
  }
  const wasEarly = !isOpenAfter[0];
  const wasFast = !isOpenAfter[1];
  await exchange.receiveEnd();
  await exchange.finish();
  const behavior = wasEarly ? 'FAILED' : wasFast ? 'OK' : 'NON-STRICT';
  const judged = judge(exchange, [{ behavior, answers: [] }], peerFails(1007));
  return wasEarly ? { ...judged, result: 'The connection ended before the text was invalid.' } : judged;
}

function piecesOfFrame(parts: readonly Buffer[], testerIsServer: boolean): Buffer[] {
  const octets = encodeFrame(text(Buffer.concat(parts)), { isMasked: !testerIsServer });
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const headerLength = octets.length - total;
  let start = 0;
  return parts.map((part, i) => {
    const end = start + part.length + (i === 0 ? headerLength : 0);
    const piece = octets.subarray(start, end);
    start = end;
    return piece;
  });
}
