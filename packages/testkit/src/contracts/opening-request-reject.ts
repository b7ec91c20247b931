import type { OpeningReject } from '@ws/types';
import { check, checkEqual, show } from '../assert.ts';
import type { OpeningRule } from './opening-setup.ts';
import { pattern } from './stream-rule.ts';
import { ascii, checkThrows, type Thrown } from './transport-rule.ts';

const NO_STATUSES = [101, 200, 299, 600, 700, 0, -1, 403.5, Number.NaN];

/** Invalid answers: a description, the answer, and the error that is expected. */
const WRONG_ANSWERS: readonly (readonly [string, unknown, Thrown])[] = [
  ['a header with CR and LF', { headers: { 'X-Why': 'a\r\nX-Other: b' } }, 'RangeError'],
  ['a header with LF', { headers: { 'X-Why': ['a\nb'] } }, 'RangeError'],
  ['a header name that is none', { headers: { 'X Why': 'a' } }, 'RangeError'],
  ['a header that is no text', { headers: { 'X-Why': 42 } }, 'TypeError'],
  ['headers that are none', { headers: 'X-Why: a' }, 'TypeError'],
  ['a body that is a number', { body: 42 }, 'TypeError'],
  ['a body that is an ArrayBuffer', { body: new ArrayBuffer(2) }, 'TypeError'],
];

/** Rules for `reject` and `drop`. */
export const rejectRules: readonly OpeningRule[] = [
  {
    name: 'reject answers with status, headers and body',
    async run({ open }) {
      const bodies = [
        ['not you', ascii('not you')],
        ['né', Uint8Array.of(0x6e, 0xc3, 0xa9)],
        [pattern(3000), pattern(3000)],
      ] as const;
      for (const [body, bytes] of bodies) {
        const { request, client, response } = await open();
        await request.reject(403, { headers: { 'X-Why': 'because', 'x-many': ['a', 'b'] }, body });
        checkEqual(request.isAnswered, true, 'isAnswered');
        await checkThrows(() => client, 'an error', 'the connection of a client that was rejected');
        const answer = await response;
        checkEqual([answer.status, answer.body], [403, bytes], 'status and body');
        checkEqual([answer.headers['x-why'], answer.headers['x-many']], ['because', 'a, b'], 'the headers');
      }
    },
  },
  {
    name: 'reject with a status alone, 300 to 599',
    async run({ open }) {
      for (const status of [300, 400, 404, 503, 599]) {
        const { request, response } = await open();
        await request.reject(status);
        checkEqual((await response).status, status, 'the status');
      }
    },
  },
  {
    name: 'what cannot be answered is an error, and the request is still to be answered',
    async run({ open }) {
      const { request, client } = await open();
      for (const status of NO_STATUSES) {
        await checkThrows(() => request.reject(status), 'RangeError', `reject with the status ${status}`);
      }
      for (const [what, answer, thrown] of WRONG_ANSWERS) {
        await checkThrows(() => request.reject(403, answer as OpeningReject), thrown, `reject with ${what}`);
        checkEqual(request.isAnswered, false, `isAnswered after reject with ${what}`);
      }
      checkEqual((await request.accept()).state, 'open', 'the state');
      checkEqual((await client).state, 'open', 'the state of the client');
    },
  },
  {
    name: 'a second answer is a TypeError, and the first stands',
    async run({ open }) {
      const { request, response } = await open();
      const rejecting = request.reject(404);
      await checkThrows(() => request.accept(), 'TypeError', 'accept after reject');
      await checkThrows(() => request.reject(500), 'TypeError', 'a second reject');
      await rejecting;
      await checkThrows(() => request.accept(), 'TypeError', 'accept after reject');
      checkEqual((await response).status, 404, 'the status');
    },
  },
  {
    name: 'drop ends it without an answer',
    async run({ open }) {
      const { request, client, response } = await open();
      request.drop();
      await checkThrows(() => client, 'an error', 'the connection of a client that was dropped');
      await checkThrows(() => response, 'an error', 'the answer to a client that was dropped');
      request.drop();
      await checkThrows(() => request.accept(), 'an error', 'accept after drop');
    },
  },
  {
    name: 'drop after accept ends the connection',
    async run({ open, listen }) {
      const { request, client } = await open();
      const transport = await request.accept();
      const [recorder, peer] = [listen(transport), listen(await client)];
      request.drop();
      const info = await recorder.untilClosed();
      checkEqual([info.wasClean, info.code], [false, 1006], 'the end');
      await peer.untilClosed();
      check(peer.messages.length === 0, `the client got ${show(peer.messages)}`);
      request.drop();
    },
  },
  {
    name: 'drop after reject does nothing',
    async run({ open }) {
      const { request, response } = await open();
      await request.reject(403);
      request.drop();
      checkEqual((await response).status, 403, 'the status');
    },
  },
];
