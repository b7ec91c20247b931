import { request, response } from '../../hostile/wire.ts';
import { checkAnswer, openClient, openServer } from './handshake.ts';
import { type FuzzTarget, promise } from './target.ts';

const ASKED = openClient([]).sent;
const MEMBERS = Object.getOwnPropertyNames(Object.prototype).length;

const ANSWERS =
  /^(?:permessage-deflate(?:; (?:server|client)_(?:no_context_takeover|max_window_bits=(?:[89]|1[0-5])))*|permessage-bzip2(?:; (?:server|client)_max_compress_level=[1-9])*)$/;

/** Values of Sec-WebSocket-Extensions, offered to a server and answered to a client. */
export const extensionTarget: FuzzTarget = {
  name: 'extension',
  dictionary: [
    ...['permessage-deflate', 'permessage-bzip2', 'server_no_context_takeover', 'client_no_context_takeover'],
    ...['server_max_window_bits', 'client_max_window_bits', 'server_max_compress_level', 'client_max_compress_level'],
    ...[
      '=',
      '; ',
      ', ',
      '"',
      '\\',
      '""',
      '=15',
      '=8',
      '=7',
      '=16',
      '=08',
      '="10"',
      '=1e1',
      ' ',
      '\t',
      '__proto__',
      'constructor',
    ],
  ],
  seeds: [
    'permessage-deflate; client_max_window_bits',
    'permessage-deflate; server_max_window_bits=10; client_no_context_takeover, permessage-bzip2; client_max_compress_level',
    'a; b="c, d; \\"e", permessage-deflate',
  ],
  run(input) {
    // What the head does with bytes like these is another target's matter.
    const value = Buffer.from(input)
      .toString('latin1')
      .replace(/[^\t -~]/g, ' ');
    const more = `Sec-WebSocket-Extensions: ${value}`;
    const server = openServer([request({ more })]);
    checkAnswer(server);
    const answer = /^Sec-WebSocket-Extensions: (.*)\r$/m.exec(server.sent)?.[1];
    promise((answer === undefined) === (server.compression === null), 'compression is used when it is answered');
    promise(answer === undefined || ANSWERS.test(answer), `an answer of RFC 7692's grammar: ${answer}`);
    const client = openClient([response(ASKED, { more })]);
    if (client.isOpen && value.trim() !== '') {
      promise(client.compression !== null || /^[\s,]*$/.test(value), 'a client opens with what it has understood');
    }
    promise(Object.getOwnPropertyNames(Object.prototype).length === MEMBERS, 'Object.prototype stays as it was');
  },
};
