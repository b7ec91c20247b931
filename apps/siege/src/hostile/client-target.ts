// A real client that is made to connect to whoever wants to attack it.

import { offerDeflate } from '@ws/compress/deflate';
import type { ClientOptions, CloseInfo, Partially } from '@ws/core';
import { createClientAgent, WebSocketClientProtocol } from '@ws/node';
import { type RawPeer, serveRaw } from './raw-peer.ts';
import { type ReceivedFrame, response } from './wire.ts';

/** How a client is attacked. */
export interface ClientAttack {
  readonly options?: Partially<ClientOptions>;
  /** permessage-deflate is agreed on. */
  readonly hasDeflate?: boolean;
  /** Bytes at a time; 0: all at once. */
  readonly pieceSize?: number;
}

/** What became of it. */
export interface ClientVerdict {
  /** The code of the Close frame that the client sent; `null`: none. */
  readonly closeCode: number | null;
  readonly frames: readonly ReceivedFrame[];
  readonly messages: readonly (string | Buffer)[];
  readonly info: CloseInfo;
}

/** Lets a client connect, sends it frames, and waits until it is gone. */
export async function attackClient(bytes: Uint8Array, attack: ClientAttack = {}): Promise<ClientVerdict> {
  const { options = {}, hasDeflate = false, pieceSize = 0 } = attack;
  let attacker: RawPeer | null = null;
  await using server = await serveRaw(async peer => {
    attacker = peer;
    await peer.until(() => peer.text.includes('\r\n\r\n'));
    const head = response(peer.text, hasDeflate ? { more: 'Sec-WebSocket-Extensions: permessage-deflate' } : {});
    peer.write(pieceSize === 0 ? Buffer.concat([head, bytes]) : head);
    for (let at = 0; pieceSize > 0 && at < bytes.length && !peer.hasEnded; at += pieceSize) {
      peer.write(bytes.subarray(at, at + pieceSize));
      await new Promise(setImmediate);
    }
    // RFC 6455, 7.1.1: the server closes the transport, once it has the client's Close frame.
    await peer.until(() => peer.frames.some(({ opcode }) => opcode === 8));
    peer.socket.end();
  });
  const messages: (string | Buffer)[] = [];
  class Listener extends WebSocketClientProtocol {
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      messages.push(isBinary ? Buffer.from(payload) : Buffer.from(payload).toString());
    }
  }
  const connection = await createClientAgent().open(
    `ws://127.0.0.1:${server.port}/`,
    { protocolOptions: { ...options, perMessageCompressionOffers: hasDeflate ? offerDeflate() : [] } },
    Listener,
  );
  const info = await connection.closed;
  const frames = attacker === null ? [] : (attacker as RawPeer).frames;
  const close = frames.find(({ opcode }) => opcode === 8);
  const closeCode = close === undefined || close.payload.length < 2 ? null : close.payload.readUInt16BE(0);
  return { closeCode, frames, messages, info };
}
