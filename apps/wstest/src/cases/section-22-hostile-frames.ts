import { setTimeout as delay } from 'node:timers/promises';
import { closePayload, encodeFrame, type Frame, type FrameEncoding, frame, Opcode } from '../wire/frame.ts';
import { Exchange } from './exchange.ts';
import { judge } from './judge.ts';
import { ask, requestWith } from './raw-request.ts';
import {
  answer,
  binary,
  close,
  continuation,
  exactly,
  peerFails,
  ping,
  scripted,
  testerCloses,
  text,
  write,
} from './script.ts';
import { defaultPlan } from './section-12-13-deflate.ts';
import type { ExchangeCase, ServerCase } from './test-case.ts';
import { verdict } from './verdict.ts';

const LENGTHS: readonly (readonly [description: string, encoding: Partial<FrameEncoding>, payload: string])[] = [
  ['A length of 5 in two bytes.', { lengthBytes: 2 }, 'Hello'],
  ['A length of 5 in eight bytes.', { lengthBytes: 8 }, 'Hello'],
  ['A length of 65535 in eight bytes.', { lengthBytes: 8 }, '*'.repeat(65535)],
  ['A length with the highest bit set, and no payload.', { declaredLength: 1n << 63n }, ''],
  ['A length of 2^63 - 1, and no payload.', { declaredLength: (1n << 63n) - 1n }, ''],
  ['A length of 2^53, and no payload.', { declaredLength: 1n << 53n }, ''],
];

const REASONS: readonly (readonly [description: string, hex: string])[] = [
  ['a truncated sequence', '48656c6c6fe282'],
  ['a surrogate', 'eda080'],
  ['an overlong slash', 'c0af'],
];

/** 22.*: frames that the classic sections leave out (RFC 6455, 5). */
export const hostileFrameCases: readonly (ExchangeCase | ServerCase)[] = [
  ...(
    [
      ['A Ping with RSV1.', [ping('Hello', { rsv: 4 })]],
      ['A continuation with RSV1.', [text('Hello, ', { fin: false }), continuation('world!', { rsv: 4 })]],
      ['A text frame with RSV2.', [text('Hello', { rsv: 2 })]],
      ['A Close frame with RSV1.', [{ ...close(1000), rsv: 4 }]],
    ] as const
  ).map(([description, frames], i) =>
    withDeflate(`22.1.${i + 1}`, `${description.slice(0, -1)}, permessage-deflate agreed.`, frames),
  ),
  ...(['text', 'ping'] as const).map((type, i) => wronglyMasked(`22.2.${i + 1}`, type)),
  ...LENGTHS.map(([description, encoding, payload], i) =>
    lengths(`22.3.${i + 1}`, description, binary(payload), encoding),
  ),
  fails('22.4.1', 'A Close frame with FIN=0.', [{ ...close(1000), fin: false }]),
  fails('22.4.2', 'A binary message inside a text message.', [text('Hello', { fin: false }), binary('world')]),
  ...[1, 1015].map((code, i) =>
    badClose(`22.5.${i + 1}`, `A Close frame with the code ${code}.`, closePayload(code), [1002]),
  ),
  ...REASONS.map(([name, hex], i) =>
    badClose(
      `22.5.${i + 3}`,
      `A Close frame whose reason has ${name}.`,
      closePayload(1000, Buffer.from(hex, 'hex')),
      [1002, 1007],
    ),
  ),
  scripted({
    id: '22.6.1',
    description: 'A hundred Close frames, text messages between them.',
    expectation: 'One Close frame comes back, and nothing else.',
    steps: [write(...Array.from({ length: 100 }, (_, i) => [close(1000), text(`message ${i}`)]).flat())],
    outcomes: exactly(),
    close: testerCloses,
  }),
  dropped('22.7.1', 'TCP ends without a Close frame, between messages.', []),
  dropped('22.7.2', 'TCP ends without a Close frame, inside a message.', [text('Hello', { fin: false })]),
  keptOpen('22.7.3'),
  cutAnywhere('22.7.4'),
  writtenSlowly('22.8.1', 'A message of 64 KiB, the octets of its header a tenth of the pause apart.', headerSlowly),
  writtenSlowly('22.8.2', 'A message of 64 KiB in ten writes, a tenth of the pause apart.', payloadSlowly),
];

function fails(id: string, description: string, frames: readonly Frame[]): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: 'The peer fails the connection with 1002; nothing else comes.',
    steps: [write(...frames)],
    outcomes: exactly(),
    close: peerFails(1002),
  });
}

function withDeflate(id: string, description: string, frames: readonly Frame[]): ExchangeCase {
  return { ...fails(id, description, frames), extension: { name: 'permessage-deflate', plan: defaultPlan } };
}

function wronglyMasked(id: string, type: 'text' | 'ping'): ExchangeCase {
  return {
    kind: 'exchange',
    id,
    description: `A ${type} frame that a client does not mask, or that a server masks.`,
    expectation: 'The peer fails the connection with 1002; nothing else comes.',
    run: async exchange => {
      const opcode = type === 'text' ? Opcode.TEXT : Opcode.PING;
      await exchange.send([frame(opcode, 'Hello')], {}, { isMasked: exchange.connection.testerIsServer });
      await exchange.receiveEnd();
      await exchange.finish();
      return judge(exchange, exactly(), peerFails(1002));
    },
  };
}

function lengths(id: string, description: string, message: Frame, encoding: Partial<FrameEncoding>): ExchangeCase {
  return {
    kind: 'exchange',
    id,
    description,
    expectation:
      'The peer fails the connection with 1002, or with 1009 if the length is merely too much, before any payload has come.',
    run: async exchange => {
      await exchange.send([message], {}, encoding);
      await exchange.receiveEnd();
      await exchange.finish();
      return judge(exchange, exactly(), peerFails(1002, 1009));
    },
  };
}

function badClose(id: string, description: string, payload: Buffer, codes: readonly number[]): ExchangeCase {
  return scripted({
    id,
    description,
    expectation: `The peer closes with ${codes.join(' or ')}, without a code, or drops the connection.`,
    steps: [write(frame(Opcode.CLOSE, payload))],
    outcomes: exactly(),
    close: { startedBy: 'tester', codes, isCleanRequired: false, isSubject: true },
  });
}

function dropped(id: string, description: string, frames: readonly Frame[]): ExchangeCase {
  return {
    kind: 'exchange',
    id,
    description,
    expectation: 'The peer lets go of TCP as well.',
    run: async exchange => {
      await exchange.send([...frames, ping('still there?')]);
      await exchange.receive(1);
      exchange.closing.startedBy = 'tester';
      exchange.connection.end();
      await exchange.receiveEnd();
      // A server may answer with a Close frame before it lets go.
      await exchange.receiveDrop();
      exchange.connection.destroy();
      return judge(exchange, exactly(answer('pong', 'still there?')), {
        startedBy: 'tester',
        codes: [1000, 1001, 1002, 1011],
        isCleanRequired: false,
        isSubject: true,
      });
    },
  };
}

function keptOpen(id: string): ExchangeCase {
  return {
    kind: 'exchange',
    id,
    description: 'A closing handshake, after which the tester keeps TCP open.',
    expectation: 'The peer lets go of TCP by itself; NON-STRICT when it takes longer than the timeout.',
    run: async exchange => {
      await exchange.sendClose();
      if (!(await exchange.receiveEnd()) || !exchange.isReadable) {
        exchange.connection.destroy();
        return verdict('FAILED', exchange.violation ?? exchange.excess ?? 'The peer did not answer the Close frame.');
      }
      await exchange.receiveDrop();
      exchange.connection.destroy();
      return exchange.closing.peerEnded
        ? verdict('OK', 'The peer let go of TCP.')
        : verdict('NON-STRICT', 'The peer kept TCP open.');
    },
  };
}

/** Every frame there is, short enough to be cut at each of its octets. */
const CONVERSATION = [
  text('Hé', { fin: false }),
  ping('?'),
  continuation('llo'),
  binary(Buffer.alloc(126)),
  close(1000),
];

function cutAnywhere(id: string): ServerCase {
  return {
    kind: 'server',
    id,
    description: 'Legal frames, cut by the end of TCP: a connection for each octet at which they can be.',
    expectation: 'The server lets go of each connection, and the next request is served.',
    run: async (server, { timing }) => {
      const octets = Buffer.concat(CONVERSATION.map(each => encodeFrame(each, { isMasked: true })));
      const kept: number[] = [];
      const cutAt = async (length: number): Promise<void> => {
        const { connection, status } = await ask(server, requestWith(server, 'x'), timing.timeout);
        if (status !== 101) throw new Error('The server did not open a connection.');
        connection.startFrames();
        await connection.write(octets.subarray(0, length));
        connection.end();
        const exchange = new Exchange(connection, timing);
        await exchange.receiveDrop();
        if (!exchange.closing.peerEnded) kept.push(length);
      };
      for (let length = 0; length < octets.length; length += 16) {
        const lengths = Array.from({ length: Math.min(16, octets.length - length) }, (_, i) => length + i);
        await Promise.all(lengths.map(cutAt));
      }
      const next = await ask(server, requestWith(server, 'x'), timing.timeout);
      if (next.status !== 101) return verdict('FAILED', 'The next request was not served.');
      return kept.length === 0
        ? verdict('OK', `All ${octets.length} connections ended.`)
        : verdict('FAILED', `The server did not let go, or broke a rule, after ${kept.join(', ')} octets.`);
    },
  };
}

function headerSlowly(octets: Buffer, headerLength: number): Buffer[] {
  return [...Array.from({ length: headerLength }, (_, i) => octets.subarray(i, i + 1)), octets.subarray(headerLength)];
}

function payloadSlowly(octets: Buffer): Buffer[] {
  const size = Math.ceil(octets.length / 10);
  return Array.from({ length: 10 }, (_, i) => octets.subarray(i * size, (i + 1) * size));
}

function writtenSlowly(
  id: string,
  description: string,
  split: (octets: Buffer, headerLength: number) => Buffer[],
): ExchangeCase {
  return {
    kind: 'exchange',
    id,
    description,
    expectation: 'The message comes back; INFORMATIONAL when the peer does not wait for the rest of it.',
    run: async (exchange, { timing }) => {
      const { connection } = exchange;
      const message = binary(Buffer.from(Array.from({ length: 65_536 }, (_, i) => i % 251)));
      const octets = encodeFrame(message, { isMasked: !connection.testerIsServer });
      connection.log.frame('tester', message);
      for (const part of split(octets, octets.length - message.payload.length)) {
        await connection.write(part);
        await delay(timing.pause / 10);
      }
      await exchange.receive(1);
      const { isOver, isReadable, answers } = exchange;
      await exchange.finish();
      if (isOver && isReadable && answers.length === 0)
        return verdict('INFORMATIONAL', 'The peer did not wait for the rest.');
      return judge(exchange, exactly(answer('binary', message.payload)), testerCloses);
    },
  };
}
