import { connect, createServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { encodeLatin1 } from '@ws/util/primitives';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HeadCollector, http2Headers, rawHeaders } from '../../src/http2/http2-stream.ts';

/** Headers of an upgrade, and those that mean the connection (RFC 9113, 8.2.2). */
const OF_THE_CONNECTION = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Host', 'localhost'],
  ['Keep-Alive', 'timeout=5'],
  ['Transfer-Encoding', 'chunked'],
  ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
  ['Sec-WebSocket-Accept', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
] as const;

/** A head as the engine writes it. */
function headOf(headers: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return encodeLatin1(`${['HTTP/1.1 101 Switching Protocols', ...lines].join('\r\n')}\r\n\r\n`);
}

/** What a client of node:http2 is answered, when a server answers with these headers. */
async function answered(headers: Record<string, string | string[]>): Promise<IncomingHttpHeaders> {
  const server = createServer();
  server.on('stream', stream => stream.respond({ ...headers, ':status': 200 }, { endStream: true }));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  return await new Promise((resolve, reject) => {
    session.request({ ':path': '/' }).on('response', resolve).on('error', reject);
  });
}

describe('http2Headers', () => {
  test.each(OF_THE_CONNECTION)('leaves %s out, and keeps what is beside it', async (name, value) => {
    const collected = new HeadCollector().push(
      headOf([
        ['X-Before', '1'],
        [name, value],
        ['X-After', '2'],
      ]),
    );
    const headers = http2Headers(collected!.head);
    expect(headers).toEqual({ 'x-before': '1', 'x-after': '2' });
    expect(await answered(headers)).toMatchObject({ ':status': 200, 'x-before': '1', 'x-after': '2' });
  });

  test('makes a list of a name that is repeated', () => {
    const line = 'HTTP/1.1 101 Switching Protocols';
    const cookies = ['a=1', 'b=2', 'c=3'].map(value => ['set-cookie', value] as const);
    expect(http2Headers({ line, headers: cookies })).toEqual({ 'set-cookie': ['a=1', 'b=2', 'c=3'] });
  });
});

describe('rawHeaders', () => {
  test.each(OF_THE_CONNECTION)('leaves %s out, which HTTP/1.1 has of its own', (name, value) => {
    const headers = { ':path': '/', [name.toLowerCase()]: value, 'x-more': ['1', '2'] };
    expect(rawHeaders(headers)).toEqual(['x-more', '1', 'x-more', '2']);
  });
});
