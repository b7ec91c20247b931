// Peers that vanish: by RST or by FIN, in every state that a connection has.

import type { RawPeer } from '../hostile/raw-peer.ts';
import { connectRaw, serveRaw } from '../hostile/raw-peer.ts';
import { closePayload, frame, request, response } from '../hostile/wire.ts';
import type { Scenario } from './scenario.ts';
import { reset, type World } from './world.ts';

/** Who vanishes by FIN alone is waited for. The other timeouts must not come first, however slow the machine is. */
const QUICK = { serverConnectionDropTimeout: 100, openHandshakeTimeout: 0, closeHandshakeTimeout: 0 } as const;

const RESET = (peer: RawPeer): void => reset(peer.socket);
const FIN = (peer: RawPeer): void => void peer.socket.end();

/** What a raw client does to a server of ours, before it vanishes. */
const BEFORE: Readonly<Record<string, (peer: RawPeer, world: World) => Promise<void>>> = {
  async 'saying anything'() {
    await turns();
  },
  async 'the request is whole'(peer) {
    peer.write(request().subarray(0, 60));
    await turns();
  },
  async 'a message, once open'(peer, world) {
    await openFrom(peer, world);
  },
  async 'a frame is whole'(peer, world) {
    await openFrom(peer, world);
    peer.write(frame({ opcode: 2, payload: 'x'.repeat(1000) }).subarray(0, 500));
    await turns();
  },
  async 'a message is whole'(peer, world) {
    await openFrom(peer, world);
    peer.write(frame({ opcode: 2, fin: false, payload: 'x'.repeat(1000) }));
    await turns();
  },
  async 'it answers our Close frame'(peer, world) {
    const connection = await openFrom(peer, world);
    connection.sendClose(1000);
    await peer.until(() => peer.frames.length > 0);
  },
  async 'it has got the answer to its Close frame'(peer, world) {
    await openFrom(peer, world);
    peer.write(frame({ opcode: 8, payload: closePayload(1000) }));
    await turns();
  },
  async 'we read on, having paused'(peer, world) {
    const connection = await openFrom(peer, world);
    connection.pauseReceiving();
    for (let i = 0; i < 40; i++) peer.write(frame({ opcode: 2, payload: 'x'.repeat(10_000) }));
    await turns();
    setTimeout(() => connection.resumeReceiving(), 5);
  },
  async 'it has read what we write'(peer, world) {
    const connection = await openFrom(peer, world);
    peer.socket.pause();
    for (let i = 0; i < 100; i++) connection.sendMessage(new Uint8Array(100_000), true);
    await turns();
  },
};

/** What a raw server does to a client of ours, before it vanishes. */
const BEFORE_CLIENT: Readonly<Record<string, (peer: RawPeer, world: World) => Promise<void>>> = {
  async 'it answers'(peer) {
    await peer.until(() => peer.text.includes('\r\n\r\n'));
  },
  async 'the answer is whole'(peer) {
    await peer.until(() => peer.text.includes('\r\n\r\n'));
    peer.write(response(peer.text).subarray(0, 40));
    await turns();
  },
  async 'a message, once open'(peer, world) {
    await openTo(peer, world);
  },
  async 'a frame is whole'(peer, world) {
    await openTo(peer, world);
    peer.write(frame({ opcode: 1, payload: 'x'.repeat(1000), isMasked: false }).subarray(0, 500));
    await turns();
  },
  async 'it answers our Close frame'(peer, world) {
    await openTo(peer, world);
    world.lives[0]!.protocol.sendClose(1000);
    await peer.until(() => peer.frames.length > 0);
  },
};

async function openFrom(peer: RawPeer, world: World): ReturnType<World['opened']> {
  peer.write(request());
  return await world.opened();
}

async function openTo(peer: RawPeer, world: World): Promise<void> {
  await peer.until(() => peer.text.includes('\r\n\r\n'));
  peer.write(response(peer.text));
  await world.until(() => world.lives[0]?.protocol.state === 'open');
}

/** Lets what is on its way arrive. */
async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
}

/** The scenarios, with RST and with FIN, for servers and for clients. */
export const VANISHINGS: readonly Scenario[] = [
  ...Object.entries({ reset: RESET, 'half-closed': FIN }).flatMap(([how, vanish]) => [
    ...Object.entries(BEFORE).map(([when, prepare]) => ({
      name: `a server's connection is ${how} before ${when}`,
      async run(world: World) {
        const port = await world.serve({ options: QUICK });
        const peer = await connectRaw(port);
        await prepare(peer, world);
        vanish(peer);
        await world.ends(1);
        peer.destroy();
      },
    })),
    ...Object.entries(BEFORE_CLIENT).map(([when, prepare]) => ({
      name: `a client's connection is ${how} before ${when}`,
      async run(world: World) {
        await using server = await serveRaw(async peer => {
          await prepare(peer, world);
          vanish(peer);
        });
        void world.connect(server.port, { options: QUICK });
        await world.ends(1);
      },
    })),
  ]),
];
