// Whatever breaks: each connection ends once, with its cause, and nothing is left of it.

import { spawnSync } from 'node:child_process';
import { createClientAgent } from '@ws/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../bundle.mjs';
import { createCertificate } from '../src/fault/certificate.ts';
import type { Remains } from '../src/fault/remains.ts';
import type { Outcome } from '../src/fault/scenario.ts';
import { World } from '../src/fault/world.ts';
import { connectRaw, type RawPeer } from '../src/hostile/raw-peer.ts';
import { request } from '../src/hostile/wire.ts';
import { Child } from '../src/process/calls.ts';

const ENDED = 'the peer ended the connection without a Close frame';
const LATE = 'the openHandshakeTimeout has passed';
const UNANSWERED = 'the autoPingTimeout has passed';
const CLEAN = ['client 1000, local while closing', 'server 1000, remote while closing'];

/** By RST, where the kernel has told of it before it told of the end. */
const LOST = `(?:ECONNRESET|EPIPE|${ENDED})`;

const CONNECTING = [`client 1006, transport while proxy-connecting: ${LOST}`, 'not connected: ERR_HANDSHAKE_ENDED.*'];

/** What must come of each fault: a line per connection, none of them twice. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  ...vanishings('reset', 'ECONNRESET'),
  ...vanishings('half-closed', ENDED),
  'a proxy cuts into single bytes': CLEAN,
  'a proxy delays': CLEAN,
  'a proxy resets within the request': [
    `client 1006, transport while connecting: ${LOST}`,
    'not connected: ERR_HANDSHAKE_ENDED.*',
    `server 1006, transport while connecting: ${LOST}`,
  ],
  'a proxy resets within the answer': [
    `client 1006, transport while connecting: ${LOST}`,
    'not connected: ERR_HANDSHAKE_ENDED.*',
    `server 1006, transport while open: ${LOST}`,
  ],
  'a proxy resets within messages to the server': both(LOST),
  'a proxy resets within messages to the client': both(LOST),
  'a proxy ends within messages': both(ENDED),
  'a proxy swallows the answer': [
    `client 1006, local while connecting: ${LATE}`,
    'not connected: ERR_HANDSHAKE_TIMEOUT',
    `server 1006, transport while open: ${LOST}`,
  ],
  'a proxy resets before its answer to CONNECT is whole': CONNECTING,
  'a proxy ends before its answer to CONNECT is whole': CONNECTING,
  'a proxy swallows messages': [
    // Whoever notices first; the other may be told by the end of the connection.
    `client 1006, (?:local while open: ${UNANSWERED}|transport while open: ${LOST})`,
    `server 1006, (?:local while open: ${UNANSWERED}|transport while open: ${LOST})`,
  ],
  'the clock jumps by a day within the opening handshake': [`server 1006, local while connecting: ${LATE}`],
  'the clock jumps by a day between pings, of which there is one': [`server 1006, local while open: ${UNANSWERED}`],
  'the clock jumps by a day while the peer does not answer our Close frame': [
    'server 1006, local while closing: the closeHandshakeTimeout has passed',
  ],
  'the time of day is set back by a year: nobody looks at it': CLEAN,
  'TLS: the client does not trust the certificate': [
    CLEAN[0]!,
    'not connected: ERR_CERTIFICATE by DEPTH_ZERO_SELF_SIGNED_CERT',
    CLEAN[1]!,
  ],
  'TLS: an alert, for versions that do not meet': [
    CLEAN[0]!,
    'not connected: ERR_TLS by ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    CLEAN[1]!,
  ],
  'TLS: an alert after the handshake, for want of a certificate of the client': [
    'client 1006, transport while connecting: ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'not connected: ERR_HANDSHAKE_ENDED by ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  ],
  'TLS: what comes is not TLS': CLEAN,
  'TLS: garbage within an open connection': ['server 1006, transport while open: ERR_SSL_WRONG_VERSION_NUMBER'],
};

function both(why: string): readonly string[] {
  return [`client 1006, transport while open: ${why}`, `server 1006, transport while open: ${why}`];
}

function vanishings(how: string, why: string): Record<string, readonly string[]> {
  const cause = why === 'ECONNRESET' ? LOST : why;
  const server = (when: string, end: string) => [`a server's connection is ${how} before ${when}`, [end]] as const;
  const client = (when: string, ...ends: string[]) => [`a client's connection is ${how} before ${when}`, ends] as const;
  const opening = [`client 1006, transport while connecting: ${cause}`, 'not connected: ERR_HANDSHAKE_ENDED.*'];
  const open = `1006, transport while open: ${cause}`;
  return Object.fromEntries([
    server('saying anything', `server 1006, transport while connecting: ${cause}`),
    server('the request is whole', `server 1006, transport while connecting: ${cause}`),
    ...['a message, once open', 'a frame is whole', 'a message is whole', 'we read on, having paused'].map(when =>
      server(when, `server ${open}`),
    ),
    server('it has read what we write', `server ${open}`),
    server('it answers our Close frame', `server 1006, local while closing: ${cause}`),
    server('it has got the answer to its Close frame', 'server 1000, remote while closing'),
    client('it answers', ...opening),
    client('the answer is whole', ...opening),
    client('a message, once open', `client ${open}`),
    client('a frame is whole', `client ${open}`),
    client('it answers our Close frame', `client 1006, local while closing: ${cause}`),
  ]);
}

/** Of these not one may be left. */
const OURS =
  /^(?:Promise|Timeout|Immediate|TCP|TLSSocket|Socket|.*Wrap|Endpoint|Frame\w+|Message\w+|Delivery|ClosingHandshake|HandleStream|SocketStream|TlsStream|Settled|Protocol\w+|Entry|DelayQueue|WebSocket\w+|World)$/;

describe('faults, in a process of their own', () => {
  let found: { readonly outcomes: readonly Outcome[]; readonly remains: Remains };
  beforeAll(async () => {
    const main = await bundle('fault/main.ts');
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', main.file], { encoding: 'utf8' });
    main.remove();
    expect(stderr).toBe('');
    found = JSON.parse(stdout);
  }, 60_000);

  const names = Object.keys(EXPECTED);
  test.each(names.filter(name => !name.startsWith('TLS')))('%s', name => check(name));
  // Without openssl there is no certificate to try it with.
  const hasCertificate = createCertificate() !== null;
  test.skipIf(!hasCertificate).each(names.filter(name => name.startsWith('TLS')))('%s', name => check(name));

  function check(name: string): void {
    const ends = found.outcomes.find(outcome => outcome.name === name)?.ends;
    expect(ends).toEqual(EXPECTED[name]!.map(line => expect.stringMatching(new RegExp(`^${line}$`))));
  }

  test('there is no other', () => {
    expect(found.outcomes.map(({ name }) => name).filter(name => !(name in EXPECTED))).toEqual([]);
  });
  test('no handle, no timer, no promise and no object of ours is left', () => {
    const { resources, objects } = found.remains;
    expect(resources).toEqual([]);
    expect(Object.keys(objects).filter(name => OURS.test(name))).toEqual(
      // The snapshot is itself a handle.
      Object.keys(objects).filter(name => name === 'AsyncWrap'),
    );
    // Nor as many of anything as there were faults.
    for (const [name, count] of Object.entries(objects)) expect([name, count < names.length]).toEqual([name, true]);
  });
});

describe('processes', () => {
  let peer: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    peer = await bundle('fault/peer.ts');
  });
  afterAll(() => peer.remove());

  test('a server that is killed in the middle of a message: its client is told once', async () => {
    await using server = new Child(peer.file, ['server']);
    const world = new World();
    const client = (await world.connect(await server.ask<number>('port')))!;
    let came = 0;
    client.on('message', () => void came++);
    await server.ask('sendHalf');
    await server.kill();
    expect(await world.ends(1)).toEqual([expect.stringMatching(`^client 1006, transport while open: ${LOST}$`)]);
    expect(came).toBe(0);
  });
  test('a client that is killed in the middle of a message: its server is told once', async () => {
    await using client = new Child(peer.file, ['client']);
    const world = new World();
    await client.ask('sendHalf', await world.serve());
    await client.kill();
    expect(await world.ends(1)).toEqual([expect.stringMatching(`^server 1006, transport while open: ${LOST}$`)]);
    await world.close();
  });
  test('no file is left to accept with (EMFILE): who is in stays in, and others get in when some have left', async () => {
    await using server = new Child(peer.file, ['server'], 64);
    const port = await server.ask<number>('port');
    const url = `ws://127.0.0.1:${port}/`;
    const agent = createClientAgent();
    const witness = await agent.open(url);
    const peers: RawPeer[] = [];
    while (peers.length < 100) {
      const more = await connectRaw(port);
      more.write(request());
      peers.push(more);
    }
    const echo = (connection: typeof witness): Promise<string> =>
      new Promise(resolve => {
        connection.on('message', payload => resolve(Buffer.from(payload).toString()));
        connection.sendMessage('still there?');
      });
    expect(await echo(witness)).toBe('still there?');
    // Those that found no room were closed by the kernel's or libuv's doing, or wait in the queue.
    expect(await server.ask<number>('count')).toBeLessThan(64);
    for (const { socket } of peers) socket.destroy();
    // The server hears of it a little later; who comes before is closed as those were.
    const retry = (): ReturnType<typeof agent.open> => agent.open(url).catch(retry);
    const late = await retry();
    expect(await echo(late)).toBe('still there?');
    for (const connection of [witness, late]) connection.sendClose(1000);
    expect((await witness.closed).wasClean).toBe(true);
    expect((await late.closed).wasClean).toBe(true);
  });
});
