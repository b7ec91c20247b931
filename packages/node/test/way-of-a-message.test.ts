// The files that a message of the pull API passes on its way in and out, as docs/ARCHITECTURE.md lists them: read from
// stack traces at the places where the bytes are worked on.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { nodePlatform } from '../src/platform/platform.ts';
import { serveWebSocket } from '../src/server/serve-web-socket.ts';
import { HandleStream } from '../src/streams/handle-stream.ts';

const root = new URL('../../../', import.meta.url);

/**
 * The sources on the stack, as `core/src/engine/outflow.ts`; kernels behind ports aside.
 *
 * @param isOutgoing they end where the application's handler called, which is in this file
 */
function filesOnStack(isOutgoing: boolean): string[] {
  Error.stackTraceLimit = 50;
  const lines = (new Error().stack ?? '').split('\n');
  const handler = lines.findLastIndex(line => line.includes('way-of-a-message.test.ts'));
  const passed = isOutgoing ? lines.slice(0, handler) : lines;
  return passed.flatMap(line => /packages\/((?:core|connection|node)\/src\/[\w/-]+\.ts)/.exec(line)?.[1] ?? []);
}

/** Has `look` called before each call of `target[method]`. */
function before<Target extends object>(target: Target, method: keyof Target & string, look: () => void): void {
  const original = target[method] as unknown as (...values: unknown[]) => unknown;
  vi.spyOn(target as Record<string, (...values: unknown[]) => unknown>, method).mockImplementation(function (
    this: unknown,
    ...values: unknown[]
  ) {
    look();
    return original.apply(this, values);
  });
}

/** The files that the documentation lists under a heading of its second part. */
function listed(heading: string): string[] {
  const text = readFileSync(new URL('docs/ARCHITECTURE.md', root), 'utf8');
  const [, list = ''] = new RegExp(`^${heading}[^]*?\\n\\n((?:\\d\\. [^]*?\\n)+)\\n`, 'm').exec(text) ?? [];
  return [...list.matchAll(/^\d\. `([^`]+)`/gm)].map(([, file = '']) => file.replace(/^(\w+)\//, '$1/src/'));
}

/** Lines of code, without comments and blank lines. */
function codeLines(file: string): number {
  const text = readFileSync(new URL(`packages/${file}`, root), 'utf8').replace(/^\s*\/\*\*?[\s\S]*?\*\//gm, '');
  return text.split('\n').filter(line => line.trim() !== '' && !line.trim().startsWith('//')).length;
}

/** A client that is raw bytes, so that only the server is seen. */
async function rawClient(port: number): Promise<{ socket: Socket; next: () => Promise<Buffer> }> {
  const socket = connect(port, '127.0.0.1');
  const next = async (): Promise<Buffer> => ((await once(socket, 'data')) as [Buffer])[0];
  socket.write(
    'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  expect(String(await next())).toMatch(/^HTTP\/1\.1 101 /);
  return { socket, next };
}

/** The files that a server passes which answers a text by `for await`. */
async function filesPassed(): Promise<{ incoming: Set<string>; outgoing: Set<string> }> {
  const incoming = new Set<string>();
  const outgoing = new Set<string>();
  const add = (files: Set<string>): void => {
    for (const file of filesOnStack(files === outgoing)) files.add(file);
  };
  const server = await serveWebSocket(
    async request => {
      const connection = await request.accept();
      for await (const message of connection) await connection.sendMessage(message);
    },
    { host: '127.0.0.1', keepalive: false },
  );
  const { socket, next } = await rawClient(server.port);
  const codec = nodePlatform.textCodec!;
  const { write } = HandleStream.prototype;
  try {
    // Where a message is unmasked, made a string, and handed over: a promise looks for `then` of what it gets.
    before(nodePlatform.textUnmasker!, 'unmaskText', () => add(incoming));
    before(codec, 'decodeValid', () => add(incoming));
    Object.defineProperty(Object.prototype, 'then', {
      configurable: true,
      get(this: { done?: unknown }) {
        if (this.done === false) add(incoming);
        return undefined;
      },
    });
    // Where an answer is encoded, and given to the kernel.
    before(codec, 'encodeInto', () => add(outgoing));
    HandleStream.prototype.write = function (bytes) {
      before(this.handle, 'writeBuffer', () => add(outgoing));
      return write.call(this, bytes);
    };
    socket.write(Buffer.from('81850000000068656c6c6f', 'hex'));
    expect((await next()).toString('hex')).toBe('810568656c6c6f');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'then');
    HandleStream.prototype.write = write;
    vi.restoreAllMocks();
    socket.destroy();
    await server.close();
  }
  return { incoming, outgoing };
}

test('a message passes the files that ARCHITECTURE.md lists, at most 8 each way, and none too long', async () => {
  const { incoming, outgoing } = await filesPassed();
  expect([...incoming].sort()).toEqual(listed('In').sort());
  expect([...outgoing].sort()).toEqual(listed('Out').sort());
  expect([incoming.size, outgoing.size]).toEqual([8, 8]);
  for (const file of [...incoming, ...outgoing]) expect([file, codeLines(file) > 250]).toEqual([file, false]);
});
