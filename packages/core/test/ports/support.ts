// A server's EngineRequest whose client is raw bytes.

import { memoryPair } from '@ws/testkit';
import type { MessageTransport, Platform, TransportDetails } from '@ws/types';
import type { Partially, ServerOptions } from '../../src/options/options.ts';
import { EngineRequest } from '../../src/ports/engine-request.ts';
import { ConnectionAcceptor } from '../../src/protocol/acceptor.ts';
import { bytes, RawPeer, REQUEST, testPlatform } from '../harness.ts';

/** Makes an EngineRequest of each connection, and keeps what it hears. */
export class TestAcceptor extends ConnectionAcceptor<EngineRequest> {
  readonly requests: EngineRequest[] = [];
  readonly failures: unknown[] = [];

  constructor(platform: Platform) {
    super(platform);
    this.setSessionParameters({});
  }

  override buildProtocol(): EngineRequest {
    return new EngineRequest(this, {
      onRequest: request => void this.requests.push(request),
      onFailed: error => void this.failures.push(error),
    });
  }
}

/** Lets promises settle. */
export const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

interface Setup {
  readonly options?: Partially<ServerOptions>;
  readonly platform?: Partial<Platform>;
  /** What the client sends first. */
  readonly request?: string | Uint8Array;
  readonly details?: TransportDetails | null;
}

export function rawRequest({ options = {}, platform: overrides, request = REQUEST, details = null }: Setup = {}) {
  const platform = testPlatform(overrides);
  const acceptor = new TestAcceptor(platform);
  acceptor.setProtocolOptions(options);
  const pair = memoryPair({ manual: true });
  const peer = new RawPeer();
  const opening = acceptor.buildProtocol();
  opening.attach(pair.a, details);
  pair.b.attach(peer);
  const flush = (): void => {
    do {
      pair.flush();
      platform.clock.flush();
    } while (pair.step());
  };
  const send = (wire: Uint8Array): void => {
    pair.b.write(wire.slice());
    flush();
  };
  const end = (): void => {
    pair.b.end();
    flush();
  };
  if (request !== '') send(typeof request === 'string' ? bytes(request) : request);
  /** The open transport. @param first frames that are there before it has a listener */
  const open = async (first?: Uint8Array): Promise<MessageTransport> => {
    const accepted = opening.accept();
    await settle();
    flush();
    peer.take();
    if (first !== undefined) send(first);
    return await accepted;
  };
  return { acceptor, opening, peer, platform, pair, flush, send, end, open };
}
