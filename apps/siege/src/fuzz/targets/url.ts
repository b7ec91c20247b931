import { createUrl, parseUrl } from '@ws/util';
import { type FuzzTarget, promise, same } from './target.ts';

/** Hosts that WHATWG URLs neither decode nor convert: names whose last label is no number. */
const PLAIN_HOST = /^(?:[a-z\d_-]+\.)*[a-z_-][a-z\d_-]*$/;

/** URLs. */
export const urlTarget: FuzzTarget = {
  name: 'url',
  dictionary: [
    ...[
      'ws://',
      'wss://',
      'WS:',
      'http://',
      'ws:',
      '//',
      '/',
      '\\',
      '@',
      ':',
      ':80',
      ':65536',
      '?',
      '#',
      '&',
      '=',
      ';',
      '%',
      '%2f',
      '%00',
    ],
    ...[
      'localhost',
      'example.com',
      '127.0.0.1',
      '[::1]',
      '[fe80::1%25eth0]',
      'unix:',
      '/tmp/socket',
      '..',
      '.',
      ' ',
      '\t',
      '\r\n',
      '\0',
    ],
    ...['a=1', '__proto__=1', '%C3%A9', '%zz', '\xe9', 'user:password@', '+'],
  ],
  seeds: [
    'ws://localhost',
    'wss://user:password@example.com:8443/a/b;c?d=1&d=2&e=%20#',
    'ws://[::1]:9000/?x=%C3%A9',
    'ws+unix:///tmp/socket:/path',
    'ws://unix:/tmp/socket:/path?x=1',
  ],
  run(input) {
    const text = Buffer.from(input).toString('latin1');
    let parts: ReturnType<typeof parseUrl>;
    try {
      parts = parseUrl(text);
    } catch (error) {
      promise(error instanceof RangeError, `a RangeError, not ${error}`);
      return;
    }
    promise(/^\//.test(parts.resource), 'a resource begins with a slash');
    promise(!/[\r\n\0 ]/.test(parts.hostname), 'a host has no line end');
    promise(Object.getPrototypeOf(parts.params) === null, 'parameters have no prototype');
    same(parseUrl(createUrl(parts)), parts, 'there and back');
    if (parts.udsPath !== null || !URL.canParse(text) || !PLAIN_HOST.test(parts.hostname)) return;
    // Who checks a URL by one parser and connects by another must not be led elsewhere.
    const { hostname, port, protocol } = new URL(text);
    const theirPort = port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port);
    same([parts.hostname, parts.port, parts.isSecure], [hostname, theirPort, protocol === 'wss:'], 'ours, and WHATWG');
  },
};
