// Floods of a WAMP router. The neighbour is a session of the same realm, and calls a procedure of the router.

import { frame } from '../hostile/wire.ts';
import { argumentOf, CBOR, type Format, MSGPACK, typesOf, type Value } from './formats.ts';
import { compressedFrame, repeated } from './payloads.ts';
import { LIMITS, MIB, type Row } from './row.ts';

const HELLO: Value = [1, 'realm1', { roles: { caller: {}, publisher: {}, subscriber: {} } }];

/** What a PUBLISH, or a SUBSCRIBE, has around its payload, at most. */
const AROUND = 64;

const json = (value: Value): Buffer => frame({ opcode: 1, payload: JSON.stringify(value) });

const COMMON = { apis: ['callbacks'], isAnswered: false, extension: 'deflate' } as const;

/** The types of which a long message costs most, seen in a run of all: they meet the large limit as well. */
const WORST: readonly string[] = ['lists', 'keys', 'nested lists', 'bignums', 'decimal fractions'];

/** A PUBLISH to nobody, whose only argument is a list of many values of one type, or a dictionary of many keys. */
function typeRow(format: Format, type: string): Row {
  return {
    ...COMMON,
    name: `${format.name}-${type.replaceAll(' ', '-')}`,
    title: `${format.name === 'cbor' ? 'CBOR' : 'MessagePack'} of the limit: ${type}`,
    limits: WORST.includes(type) ? LIMITS : [MIB],
    subprotocol: `wamp.2.${format.name}`,
    prelude: [frame({ opcode: 2, payload: format.encode(HELLO) })],
    flood: limit => {
      const argument = argumentOf(format, type, limit - AROUND);
      return repeated(compressedFrame(format.encode([16, 1, {}, 'a.b', [argument]]), 'deflate'));
    },
  };
}

/** As many PUBLISHes in one message as it may have. */
function batch(limit: number): Buffer {
  const publish = Buffer.from('[16,1,{},"a.bc"]\x18');
  return Buffer.alloc(Math.floor(limit / publish.length) * publish.length, publish);
}

/** Wildcard subscriptions of 2,040 parts, of which all but the first are empty. */
function wildcards(flooder: number): Buffer {
  const subscriptions = Array.from({ length: 500 }, (_, i) => {
    const topic = `x${flooder}-${i}${'.'.repeat(2040)}`;
    return compressedFrame(Buffer.from(JSON.stringify([32, i + 1, { match: 'wildcard' }, topic])), 'deflate', 1);
  });
  return Buffer.concat(subscriptions);
}

export const WAMP_ROWS: readonly Row[] = [
  {
    ...COMMON,
    name: 'batches',
    title: 'WAMP: batches of PUBLISH, deflated',
    limits: LIMITS,
    subprotocol: 'wamp.2.json.batched',
    prelude: [frame({ opcode: 1, payload: `${JSON.stringify(HELLO)}\x18` })],
    flood: limit => repeated(compressedFrame(batch(limit), 'deflate', 1)),
  },
  {
    ...COMMON,
    name: 'wildcards',
    title: 'WAMP: wildcard subscriptions of 2,040 parts',
    limits: [MIB],
    isDistinct: true,
    subprotocol: 'wamp.2.json',
    prelude: [json(HELLO)],
    flood: (_limit, flooder) => wildcards(flooder),
  },
  {
    ...COMMON,
    name: 'meta',
    title: 'WAMP: lists of 2,000 subscriptions, not read',
    limits: [MIB],
    isUnread: true,
    subprotocol: 'wamp.2.json',
    prelude: [json(HELLO), ...Array.from({ length: 2000 }, (_, i) => json([32, i + 1, {}, `com.topic${i}`]))],
    flood: () => repeated(json([48, 3000, {}, 'wamp.subscription.list'])),
  },
  ...[CBOR, MSGPACK].flatMap(format => typesOf(format).map(type => typeRow(format, type))),
];
