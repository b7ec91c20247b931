// The floods that a neighbour is served beside, a row of the table each.

import { frame } from '../hostile/wire.ts';
import { compressedFrame, repeated } from './payloads.ts';
import { type Api, LIMITS, MIB, type Row } from './row.ts';
import { WAMP_ROWS } from './wamp-rows.ts';

const ALL: readonly Api[] = ['callbacks', 'pull', 'ws'];
const OURS: readonly Api[] = ['callbacks', 'pull'];

/** Bytes that a message stays below the limit. */
const BELOW = 1;

/** The row twice: the server keeps quiet, or sends each message back. */
function twice(row: Omit<Row, 'isAnswered'>): Row[] {
  return [
    { ...row, isAnswered: false },
    { ...row, name: `${row.name}-answered`, title: `${row.title}, answered`, isAnswered: true },
  ];
}

const WIRE_ROWS: readonly Row[] = [
  ...twice({
    name: 'tiny',
    title: 'messages of 2 bytes',
    apis: ALL,
    limits: [MIB],
    flood: () => repeated(frame({ opcode: 2, payload: 'xx' })),
  }),
  ...twice({
    name: 'tiny-compressed',
    title: 'messages of 2 bytes, deflated',
    apis: ALL,
    limits: [MIB],
    extension: 'deflate',
    flood: () => repeated(compressedFrame(Buffer.from('xx'), 'deflate')),
  }),
  ...twice({
    name: 'deflate',
    title: 'messages that inflate to the limit',
    apis: ALL,
    limits: LIMITS,
    extension: 'deflate',
    flood: limit => repeated(compressedFrame(Buffer.alloc(limit - BELOW), 'deflate')),
  }),
  ...twice({
    name: 'bzip2',
    title: 'bzip2 messages of the limit',
    apis: OURS,
    limits: LIMITS,
    extension: 'bzip2',
    flood: limit => repeated(compressedFrame(Buffer.alloc(limit - BELOW), 'bzip2')),
  }),
  {
    name: 'fragments',
    title: 'fragments of one byte, 100,000 a message',
    apis: ALL,
    limits: [MIB],
    isAnswered: false,
    flood: () =>
      Buffer.concat([
        frame({ opcode: 2, fin: false, payload: 'x' }),
        Buffer.alloc(99_998 * 7, frame({ opcode: 0, fin: false, payload: 'x' })),
        frame({ opcode: 0, payload: 'x' }),
      ]),
  },
  {
    name: 'pings',
    title: 'pings of 125 bytes',
    apis: ALL,
    limits: [MIB],
    isAnswered: true,
    flood: () => repeated(frame({ opcode: 9, payload: 'x'.repeat(125) })),
  },
  {
    name: 'pings-unread',
    title: 'empty pings, pongs not read',
    apis: ALL,
    limits: [MIB],
    isAnswered: true,
    isUnread: true,
    flood: () => repeated(frame({ opcode: 9 })),
  },
];

export const ROWS: readonly Row[] = [...WIRE_ROWS, ...WAMP_ROWS];
