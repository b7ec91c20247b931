import { TransportDetails } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import type { OpeningRule } from './opening-setup.ts';

/** Rules for the fields of a request. */
export const readRules: readonly OpeningRule[] = [
  {
    name: 'path and query are told as they were sent',
    async run({ open }) {
      for (const resource of ['/', '/chat/%C3%A9?room=a%20b&x']) {
        checkEqual((await open({ resource })).request.resource, resource, 'resource');
      }
    },
  },
  {
    name: 'headers have names in lower case, and lines of one name are joined',
    async run({ open }) {
      const { request } = await open({ headers: { 'X-One': 'Value', 'x-many': ['a', 'b'] } });
      checkEqual([request.headers['x-one'], request.headers['x-many']], ['Value', 'a, b'], 'the headers');
      check(request.headers['X-One'] === undefined, 'a header is found by another name than that in lower case');
      check(!('constructor' in request.headers), 'there is a header that was not sent');
    },
  },
  {
    name: 'subprotocols are told in the order of the client',
    async run({ open }) {
      checkEqual((await open()).request.subprotocols, [], 'subprotocols');
      const subprotocols = ['chat.2', 'chat.1', 'Superchat'];
      checkEqual((await open({ subprotocols })).request.subprotocols, subprotocols, 'subprotocols');
    },
  },
  {
    name: 'the origin is told, or null',
    async run({ open }) {
      checkEqual((await open()).request.origin, null, 'origin');
      const origin = 'https://example.org';
      checkEqual((await open({ origin })).request.origin, origin, 'origin');
    },
  },
  {
    name: 'who the client is',
    async run({ open }) {
      const { request } = await open();
      check(typeof request.peer === 'string' && request.peer !== '', 'peer is empty');
      const { transportDetails } = request;
      const isRight = transportDetails === null || transportDetails instanceof TransportDetails;
      check(isRight, 'transportDetails is neither null nor TransportDetails');
      checkEqual(request.isAnswered, false, 'isAnswered');
    },
  },
];
