// Faults on the way: a proxy that cuts, splits, delays and swallows; TLS that goes wrong; clocks that jump.

import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { CommonOptions, Partially } from '@ws/core';
import { nodePlatform } from '@ws/node';
import { type FaultyProxyOptions, faultyProxy } from '@ws/testkit/node';
import type { Clock, Platform } from '@ws/types';
import { connectRaw, serveRaw } from '../hostile/raw-peer.ts';
import { request } from '../hostile/wire.ts';
import type { Certificate } from './certificate.ts';
import type { Scenario } from './scenario.ts';
import { reset, type World } from './world.ts';

/** Timeouts that are not meant must not come first, however slow the machine is. */
const PATIENT = { openHandshakeTimeout: 0, closeHandshakeTimeout: 0, serverConnectionDropTimeout: 200 } as const;

/** What both sides are told, or the client alone. */
interface Telling {
  readonly both?: Partially<CommonOptions>;
  readonly client?: Partially<CommonOptions>;
}

const MESSAGE = 'a message that is on its way when it happens';

/** A client and a server with a proxy between them; the client sends one message after the other. */
function throughProxy(name: string, faults: Omit<FaultyProxyOptions, 'target'>, told: Telling = {}): Scenario {
  return {
    name,
    async run(world) {
      const port = await world.serve({ options: { ...PATIENT, ...told.both } });
      await using proxy = await faultyProxy({ ...faults, target: { port } });
      const client = await world.connect(proxy.port, { options: { ...PATIENT, ...told.both, ...told.client } });
      if (client !== null) {
        let count = 0;
        client.on('message', () => {
          if (++count < 20) client.sendMessage(MESSAGE);
          else client.sendClose(1000);
        });
        client.sendMessage(MESSAGE);
      }
      await world.ends(faults.toTarget?.cutAfter === 0 ? 1 : 2);
    },
  };
}

/** An HTTP proxy that vanishes while it is asked for a way. */
function atProxy(name: string, vanish: (socket: Socket) => void): Scenario {
  return {
    name,
    async run(world) {
      await using proxy = await serveRaw(async peer => {
        await peer.until(() => peer.text.includes('\r\n\r\n'));
        peer.write('HTTP/1.1 200');
        vanish(peer.socket);
      });
      await world.connect(1, { options: PATIENT, proxyPort: proxy.port });
      await world.ends(1);
    },
  };
}

/** A request has less bytes than this; so has the answer. */
const HEAD = 400;

export const DETOURS: readonly Scenario[] = [
  throughProxy('a proxy cuts into single bytes', { toTarget: { chunkSize: 1 }, toClient: { chunkSize: 1 } }),
  throughProxy('a proxy delays', { toTarget: { delay: 1, chunkSize: 100 }, toClient: { delay: 1 } }),
  throughProxy('a proxy resets within the request', { toTarget: { cutAfter: 50 } }),
  throughProxy('a proxy resets within the answer', { toClient: { cutAfter: 50 } }),
  throughProxy('a proxy resets within messages to the server', { toTarget: { cutAfter: HEAD } }),
  throughProxy('a proxy resets within messages to the client', { toClient: { cutAfter: HEAD } }),
  throughProxy('a proxy ends within messages', { toClient: { cutAfter: HEAD }, cutBy: 'end' }),
  throughProxy(
    'a proxy swallows the answer',
    { toClient: { swallowAfter: 10 } },
    { client: { openHandshakeTimeout: 200 } },
  ),
  atProxy('a proxy resets before its answer to CONNECT is whole', reset),
  atProxy('a proxy ends before its answer to CONNECT is whole', socket => socket.end()),
  throughProxy(
    'a proxy swallows messages',
    { toTarget: { swallowAfter: HEAD } },
    { both: { autoPingInterval: 50, autoPingTimeout: 50 } },
  ),
];

/** Garbage under TLS, wrong certificates, wrong versions: scenarios of these need a certificate. */
export function alerts(certificate: Certificate): readonly Scenario[] {
  const { key, cert } = certificate;
  const serverTls = { key, cert };
  const trusting = { ca: cert };
  return [
    {
      name: 'TLS: the client does not trust the certificate',
      async run(world) {
        const port = await world.serve({ tls: serverTls });
        await world.connect(port, { tls: {} });
        await isServing(world, port, cert);
      },
    },
    {
      name: 'TLS: an alert, for versions that do not meet',
      async run(world) {
        const port = await world.serve({ tls: { ...serverTls, minVersion: 'TLSv1.3' } });
        await world.connect(port, { tls: { ...trusting, maxVersion: 'TLSv1.2' } });
        await isServing(world, port, cert);
      },
    },
    {
      name: 'TLS: an alert after the handshake, for want of a certificate of the client',
      async run(world) {
        const port = await world.serve({
          tls: { ...serverTls, requestCert: true, rejectUnauthorized: true, ca: cert, minVersion: 'TLSv1.3' },
        });
        await world.connect(port, { tls: trusting });
        await world.ends(1);
      },
    },
    {
      name: 'TLS: what comes is not TLS',
      async run(world) {
        const port = await world.serve({ tls: serverTls });
        const peer = await connectRaw(port);
        peer.write(request());
        await peer.untilEnd();
        peer.destroy();
        await isServing(world, port, cert);
      },
    },
    {
      name: 'TLS: garbage within an open connection',
      async run(world) {
        const port = await world.serve({ tls: serverTls });
        // Between the two, so that bytes can be put in.
        await using relay = await serveRaw(({ socket }) => {
          const target = connectTcp(port, '127.0.0.1');
          target.on('error', () => {}).pipe(socket);
          socket.pipe(target);
          void world.opened().then(() => target.write(Buffer.alloc(100, 0x17)));
        });
        const tls = connectTls({ port: relay.port, host: '127.0.0.1', ca: cert });
        tls.on('error', () => {});
        await once(tls, 'secureConnect');
        tls.write(request());
        await world.ends(1);
        tls.destroy();
      },
    },
  ];
}

/** Others still get in. */
async function isServing(world: World, port: number, ca: string): Promise<void> {
  const client = await world.connect(port, { tls: { ca } });
  client?.sendClose(1000);
  await world.ends(1);
}

/** A clock whose time can be changed; timers are real, and expire by it. */
class JumpyClock implements Clock {
  #offset = 0;
  readonly #timers = new Set<{ readonly time: number; readonly onExpiry: () => void }>();

  now(): number {
    return nodePlatform.clock.now() + this.#offset;
  }
  setTimer(delay: number, onExpiry: () => void): { cancel(): void } {
    const timer = { time: this.now() + delay, onExpiry };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }
  defer(task: () => void): void {
    nodePlatform.clock.defer(task);
  }
  nextTurn(task: () => void): void {
    nodePlatform.clock.nextTurn(task);
  }
  /** As when a machine wakes after so many milliseconds: whatever was due is due now, once. */
  jump(milliseconds: number): void {
    this.#offset += milliseconds;
    const due = [...this.#timers].filter(({ time }) => time <= this.now());
    for (const timer of due) if (this.#timers.delete(timer)) timer.onExpiry();
  }
}

function withClock(): { readonly clock: JumpyClock; readonly platform: Platform } {
  const clock = new JumpyClock();
  return { clock, platform: { ...nodePlatform, clock } };
}

const DAY = 86_400_000;

export const JUMPS: readonly Scenario[] = [
  {
    name: 'the clock jumps by a day within the opening handshake',
    async run(world) {
      const { clock, platform } = withClock();
      const port = await world.serve({ platform });
      const peer = await connectRaw(port);
      peer.write(request().subarray(0, 60));
      await world.until(() => world.lives.length > 0);
      clock.jump(DAY);
      await world.ends(1);
      peer.destroy();
    },
  },
  {
    name: 'the clock jumps by a day between pings, of which there is one',
    async run(world) {
      const { clock, platform } = withClock();
      const port = await world.serve({ platform, options: { autoPingInterval: 1000, autoPingTimeout: 1000 } });
      const peer = await connectRaw(port);
      peer.write(request());
      await world.opened();
      clock.jump(DAY);
      await peer.until(() => peer.frames.length > 0);
      if (peer.frames.length !== 1 || peer.frames[0]!.opcode !== 9) throw new Error('one ping, and nothing else');
      clock.jump(DAY);
      await world.ends(1);
      peer.destroy();
    },
  },
  {
    name: 'the clock jumps by a day while the peer does not answer our Close frame',
    async run(world) {
      const { clock, platform } = withClock();
      const port = await world.serve({ platform });
      const peer = await connectRaw(port);
      peer.write(request());
      (await world.opened()).sendClose(1000);
      await peer.until(() => peer.frames.length > 0);
      clock.jump(DAY);
      await world.ends(1);
      peer.destroy();
    },
  },
  {
    name: 'the time of day is set back by a year: nobody looks at it',
    async run(world) {
      const port = await world.serve({ options: { autoPingInterval: 20, autoPingTimeout: 5000 } });
      const client = (await world.connect(port, { options: { autoPingInterval: 20, autoPingTimeout: 5000 } }))!;
      const { now } = Date;
      Date.now = () => now() - 365 * DAY;
      try {
        const echoed = new Promise<void>(resolve => {
          client.on('message', () => resolve());
        });
        client.sendMessage(MESSAGE);
        await echoed;
        client.sendClose(1000);
        await world.ends(2);
      } finally {
        Date.now = now;
      }
    },
  },
];
