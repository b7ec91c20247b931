import { acceptKey, request } from '../../hostile/wire.ts';
import { checkAnswer, openClient, openServer } from './handshake.ts';
import { cut, type FuzzTarget, promise, same } from './target.ts';

/** The key that a client of `handshake.ts` sends: its random numbers are always the same. */
const CLIENT_ACCEPT = acceptKey(/Sec-WebSocket-Key: (\S+)/.exec(openClient([]).sent)?.[1] ?? '');

const ANSWER = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Accept: ${CLIENT_ACCEPT}`,
];

/** Heads of requests and responses, and all that is checked in them. */
export const headTarget: FuzzTarget = {
  name: 'head',
  dictionary: [
    ...[
      '\r\n',
      '\r',
      '\n',
      '\r\n\r\n',
      ': ',
      ':',
      ' ',
      '\t',
      '\0',
      '\x7f',
      '\xe9',
      ',',
      ';',
      '"',
      '%',
      '?',
      '#',
      '//',
      '@',
    ],
    ...[
      'GET',
      'POST',
      'PRI * HTTP/2.0',
      ' HTTP/1.1',
      'HTTP/1.1 ',
      'HTTP/1.0',
      '100 Continue',
      '101 ',
      '200 OK',
      '302 Found',
    ],
    ...['Host', 'Upgrade', 'Connection', 'websocket', 'keep-alive', 'Content-Length: 0', 'Transfer-Encoding: chunked'],
    ...['Sec-WebSocket-Key: ', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 8', 'Sec-WebSocket-Protocol: chat'],
    ...[
      'Origin: https://a.example',
      'Origin: null',
      'X-Forwarded-For: 1.2.3.4',
      'Sec-WebSocket-Origin: ',
      '__proto__',
      'constructor',
    ],
    ...['http://a.example', '[::1]:80', ':65536', '/a;b?c=d', 'Sec-WebSocket-Extensions: permessage-deflate'],
  ],
  seeds: [
    request().toString('latin1'),
    request({ more: ['Origin: https://a.example', 'Sec-WebSocket-Protocol: talk, chat'] }).toString('latin1'),
    `${ANSWER.join('\r\n')}\r\nSec-WebSocket-Protocol: chat\r\n\r\n`,
    'HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno',
    'HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
  ],
  run(input) {
    const whole = openServer([input]);
    checkAnswer(whole);
    const pieces = cut(input);
    same(openServer(pieces), whole, 'a server whose bytes are cut elsewhere');
    const client = openClient([input]);
    same(openClient(pieces), client, 'a client whose bytes are cut elsewhere');
    const isAccepted = Buffer.from(input).includes(CLIENT_ACCEPT);
    promise(!client.isOpen || isAccepted, 'no client opens without the right Sec-WebSocket-Accept');
  },
};
