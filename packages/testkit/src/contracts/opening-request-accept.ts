import type { OpeningAccept } from '@ws/types';
import { check, checkEqual, show } from '../assert.ts';
import type { OpeningRule } from './opening-setup.ts';
import { checkThrows, received, send, type Thrown } from './transport-rule.ts';

/** Invalid answers: a description, the answer, and the error that is expected. */
const WRONG_ANSWERS: readonly (readonly [string, unknown, Thrown])[] = [
  ['a subprotocol that was not proposed', { subprotocol: 'chat.3' }, 'RangeError'],
  ['a subprotocol in another case', { subprotocol: 'CHAT.1' }, 'RangeError'],
  ['no subprotocol at all', { subprotocol: '' }, 'RangeError'],
  ['a subprotocol that is no text', { subprotocol: 42 }, 'TypeError'],
  ['a header with CR and LF', { headers: { 'X-Server': 'a\r\nX-Other: b' } }, 'RangeError'],
  ['a header with LF', { headers: { 'X-Server': 'a\nb' } }, 'RangeError'],
  ['a header with CR in a list', { headers: { 'X-Server': ['a', 'b\rc'] } }, 'RangeError'],
  ['a header with NUL', { headers: { 'X-Server': 'a\0' } }, 'RangeError'],
  ['a header beyond U+00FF', { headers: { 'X-Server': '€' } }, 'RangeError'],
  ['a header name that is none', { headers: { 'X Server': 'a' } }, 'RangeError'],
  ['a header name with LF', { headers: { 'X\nServer': 'a' } }, 'RangeError'],
  ['a header that is no text', { headers: { 'X-Server': 42 } }, 'TypeError'],
  ['headers that are none', { headers: 'X-Server: a' }, 'TypeError'],
];

/** Rules for `accept`. */
export const acceptRules: readonly OpeningRule[] = [
  {
    name: 'accept opens the connection, for both',
    async run({ open, listen }) {
      const { request, client, response } = await open();
      const transport = await request.accept();
      const peer = await client;
      checkEqual(
        [request.isAnswered, transport.state, peer.state],
        [true, 'open', 'open'],
        'isAnswered and the states',
      );
      checkEqual((await response).status, 101, 'the status');
      const [recorder, other] = [listen(transport), listen(peer)];
      send(peer, 'hello');
      send(transport, 'hello to you');
      await Promise.all([recorder.untilReceived(1), other.untilReceived(1)]);
      checkEqual([recorder.messages, other.messages], [received('hello'), received('hello to you')], 'the messages');
    },
  },
  {
    name: 'accept with one of the subprotocols, and with none',
    async run({ open }) {
      const subprotocols = ['chat.2', 'chat.1'];
      for (const subprotocol of ['chat.1', 'chat.2', null, undefined]) {
        const { request, client } = await open({ subprotocols });
        const transport = await request.accept({ subprotocol });
        const agreed = [transport.subprotocol, (await client).subprotocol];
        checkEqual(agreed, [subprotocol ?? null, subprotocol ?? null], 'the subprotocols of both ends');
      }
    },
  },
  {
    name: 'accept with headers: the client sees them',
    async run({ open }) {
      const { request, response } = await open();
      await request.accept({ headers: { 'X-Server': 'S\xe9rver', 'x-many': ['a', 'b'] } });
      const { headers } = await response;
      checkEqual([headers['x-server'], headers['x-many']], ['S\xe9rver', 'a, b'], 'the headers');
    },
  },
  {
    name: 'what cannot be answered is an error, and the request is still to be answered',
    async run({ open }) {
      const { request, client, response } = await open({ subprotocols: ['chat.1'] });
      for (const [what, answer, thrown] of WRONG_ANSWERS) {
        await checkThrows(() => request.accept(answer as OpeningAccept), thrown, `accept with ${what}`);
        checkEqual(request.isAnswered, false, `isAnswered after accept with ${what}`);
      }
      const transport = await request.accept({ subprotocol: 'chat.1', headers: { 'X-Server': 'right' } });
      checkEqual([transport.subprotocol, (await client).subprotocol], ['chat.1', 'chat.1'], 'the subprotocols');
      checkEqual((await response).headers['x-server'], 'right', 'the header');
    },
  },
  {
    name: 'a second answer is a TypeError, and harms nobody',
    async run({ open, listen }) {
      const { request, client } = await open();
      const accepting = request.accept();
      await checkThrows(() => request.accept(), 'TypeError', 'a second accept');
      const transport = await accepting;
      await checkThrows(() => request.accept(), 'TypeError', 'accept after accept');
      await checkThrows(() => request.reject(403), 'TypeError', 'reject after accept');
      const recorder = listen(transport);
      send(await client, 'still here');
      await recorder.untilReceived(1);
      checkEqual(recorder.messages, received('still here'), 'the messages');
    },
  },
  {
    name: 'an answer may be long in coming',
    async run({ open, settle }) {
      const { request, client } = await open();
      await settle();
      const transport = await request.accept();
      checkEqual([transport.state, (await client).state], ['open', 'open'], 'the states');
    },
  },
  {
    name: 'accept rejects when the client has gone',
    async run({ open }) {
      const { request, client, leave } = await open();
      if (leave === undefined) return;
      await leave();
      await checkThrows(() => request.accept(), 'an error', 'accept for a client that has gone');
      await checkThrows(() => client, 'an error', 'the connection of a client that has gone');
    },
  },
  {
    name: 'the transport is paused until it has a listener, and then tells what came first',
    async run({ open, listen, settle }) {
      const { request, client, sendEarly } = await open();
      sendEarly?.('with the request');
      const transport = await request.accept();
      await settle();
      const peer = await client;
      send(peer, 'first');
      send(peer, 'second');
      await settle();
      const recorder = listen(transport);
      const expected = sendEarly === undefined ? ['first', 'second'] : ['with the request', 'first', 'second'];
      await recorder.untilReceived(expected.length);
      checkEqual(recorder.messages, received(...expected), 'the messages');
    },
  },
  {
    name: 'the client’s transport waits for its listener likewise',
    async run({ open, listen, settle }) {
      const { request, client } = await open();
      const transport = await request.accept();
      send(transport, 'first');
      transport.close(1000, 'and last');
      await settle();
      const recorder = listen(await client);
      listen(transport);
      const info = await recorder.untilClosed();
      checkEqual(recorder.messages, received('first'), 'the messages');
      check(info.code === 1000 && info.reason === 'and last', `the end is ${show(info)}`);
    },
  },
];
