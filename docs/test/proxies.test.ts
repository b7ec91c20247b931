// nginx and HAProxy of Debian in front of two servers, with the configuration of the how-to. Nothing in it is changed but
// addresses and the paths of certificates.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createCertificate } from './support/certificate.ts';
import { exampleFile, isInstalled, killAll, type Running, run, serveExample } from './support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'ws-proxies-'));
afterEach(killAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Proxy {
  readonly name: string;
  readonly isMissing: boolean;
  readonly install: string;
  readonly certificates: Readonly<Record<string, string>>;
  readonly listens: string;
  readonly configuration: string;
  start(configuration: string): Running;
  readonly gracefully: NodeJS.Signals;
}

const hasOpenssl = isInstalled('openssl', 'version');

const PROXIES: readonly Proxy[] = [
  {
    name: 'nginx',
    isMissing: !isInstalled('nginx', '-v') || !hasOpenssl,
    install: 'apt-get install nginx openssl',
    configuration: 'nginx.conf',
    listens: 'listen 443 ssl',
    certificates: { '/etc/ssl/chat.pem': 'cert.pem', '/etc/ssl/chat.key': 'key.pem' },
    start(configuration) {
      const file = join(folder, 'nginx.conf');
      // What /etc/nginx/nginx.conf is on Debian: it includes the files of conf.d in its http block.
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const paths = temporary.map(name => `${name}_temp_path ${folder}/${name};`).join(' ');
      const main = `daemon off; pid ${folder}/nginx.pid; error_log stderr notice; worker_processes 1;`;
      writeFileSync(file, `${main}\nevents {}\nhttp { access_log off; ${paths}\ninclude ${configuration}; }\n`);
      return run('nginx', ['-p', folder, '-e', 'stderr', '-c', file]);
    },
    gracefully: 'SIGQUIT',
  },
  {
    name: 'HAProxy',
    isMissing: !isInstalled('haproxy', '-v') || !hasOpenssl,
    install: 'apt-get install haproxy openssl',
    configuration: 'haproxy.cfg',
    listens: 'bind :443 ssl',
    certificates: { '/etc/ssl/chat-with-key.pem': 'both.pem' },
    start: configuration => run('haproxy', ['-db', '-f', configuration]),
    gracefully: 'SIGUSR1',
  },
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The file of the docs with its addresses and paths changed; each has to be there exactly once. */
function configurationOf(proxy: Proxy, changes: Readonly<Record<string, string>>): string {
  let text = readFileSync(exampleFile(proxy.configuration), 'utf8');
  for (const [before, after] of Object.entries(changes)) {
    const pieces = text.split(before);
    expect(pieces, before).toHaveLength(2);
    text = pieces.join(after);
  }
  const file = join(folder, `site-${proxy.configuration}`);
  writeFileSync(file, text);
  return file;
}

async function start(proxy: Proxy) {
  const { key, cert } = createCertificate(folder);
  const both = readFileSync(cert, 'utf8') + readFileSync(key, 'utf8');
  writeFileSync(join(folder, 'both.pem'), both);
  const servers = [await serveExample('behind-proxy.mjs'), await serveExample('behind-proxy.mjs')] as const;
  const port = await freePort();
  const address = proxy.listens.replace(':443', `127.0.0.1:${port}`).replace(' 443', ` 127.0.0.1:${port}`);
  const paths = Object.entries(proxy.certificates).map(([path, file]) => [path, join(folder, file)]);
  const running = proxy.start(
    configurationOf(proxy, {
      [proxy.listens]: address,
      '127.0.0.1:9000': `127.0.0.1:${servers[0].port}`,
      '127.0.0.1:9001': `127.0.0.1:${servers[1].port}`,
      ...Object.fromEntries(paths),
    }),
  );
  const ca = readFileSync(cert, 'utf8');
  const open = async () => {
    const client = new WebSocket(`wss://127.0.0.1:${port}/room`, { ca });
    await once(client, 'open');
    return client;
  };
  /** It listens some time after it has started: asked until then. */
  async function opened(): Promise<WebSocket> {
    for (;;) {
      try {
        return await open();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED' || running.child.exitCode !== null) {
          throw new Error(running.output(), { cause: error });
        }
      }
    }
  }
  return { running, servers, open, first: await opened() };
}

async function echoed(client: WebSocket, data: string | Buffer): Promise<Buffer> {
  const message = once(client, 'message');
  client.send(data);
  return (await message)[0];
}

describe.each(PROXIES)('behind $name', proxy => {
  const title = (text: string) => (proxy.isMissing ? `${text} (skipped: ${proxy.install})` : text);

  test.skipIf(proxy.isMissing)(title('as told: ping, 1 MiB, deflate, graceful shutdown'), async () => {
    const { running, servers, open, first } = await start(proxy);
    expect(first.extensions).toMatch(/^permessage-deflate/);
    expect((await echoed(first, 'hello '.repeat(1000))).toString()).toBe('hello '.repeat(1000));
    const pong = once(first, 'pong');
    first.ping('are you there');
    expect(String((await pong)[0])).toBe('are you there');
    const large = Buffer.alloc(2 ** 20, 'one MiB of this. ');
    expect(Buffer.compare(await echoed(first, large), large)).toBe(0);

    // Least connections: the second goes to the other server. Both see the client, not the proxy.
    const second = await open();
    for (const server of servers) await server.printed(/127\.0\.0\.1(:\d+)? is here/);
    expect((await echoed(second, 'hi')).toString()).toBe('hi');

    // A server that shuts down says so to its client, and new ones go to the other.
    const closed = [first, second].map(async client => [client, ...(await once(client, 'close'))] as const);
    servers[0].child.kill('SIGTERM');
    const [gone, code, reason] = await Promise.race(closed);
    expect([code, String(reason)]).toEqual([1001, 'restarting']);
    expect(await servers[0].ended()).toBe(0);
    const third = await open();
    expect((await echoed(third, 'still here')).toString()).toBe('still here');

    // A proxy that is told to go serves the connections it has to their end.
    running.child.kill(proxy.gracefully);
    const rest = gone === first ? second : first;
    expect((await echoed(rest, 'a while')).toString()).toBe('a while');
    const ends = [rest, third].map(client => once(client, 'close'));
    rest.close(1000, 'bye');
    third.close(1000, 'bye');
    expect((await Promise.all(ends)).map(([last]) => last)).toEqual([1000, 1000]);
    expect(await running.ended()).toBe(0);
  });
});
