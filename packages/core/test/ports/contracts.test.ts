// The engine keeps the contracts of both ports, over streams in memory: plain, compressed, and cut into single bytes.

import {
  type MemoryPairOptions,
  type MemoryStream,
  memoryPair,
  messageTransportContract,
  type OpeningProposal,
  type OpeningSetup,
  openingRequestContract,
  type TransportPair,
} from '@ws/testkit';
import { EMPTY_BYTES, webPlatform } from '@ws/util/primitives';
import { describe, inject, test } from 'vitest';
import type { ClientOptions, Partially, ServerOptions } from '../../src/options/options.ts';
import { type ClientAttempt, openTransport } from '../../src/ports/engine-client.ts';
import type { EngineRequest } from '../../src/ports/engine-request.ts';
import { Connector } from '../../src/protocol/connector.ts';
import { TestAcceptor } from './support.ts';

interface Setup {
  readonly memory?: MemoryPairOptions;
  readonly server?: Partially<ServerOptions>;
  readonly client?: Partially<ClientOptions>;
}

/** A request that has arrived, of a client that waits. */
async function ask(
  proposal: OpeningProposal,
  { memory, server = {}, client = {} }: Setup = {},
): Promise<{ opening: EngineRequest; attempt: ClientAttempt; stream: MemoryStream }> {
  const limits = { maxMessagePayloadSize: 2 ** 22 };
  const acceptor = new TestAcceptor(webPlatform);
  acceptor.setProtocolOptions({ ...limits, ...server });
  const { resource, subprotocols, headers, origin } = proposal;
  const connector = new Connector({ url: `ws://localhost${resource}`, protocols: subprotocols, headers, origin });
  connector.setProtocolOptions({ ...limits, ...client });
  const pair = memoryPair(memory);
  const opening = acceptor.buildProtocol();
  opening.attach(pair.b);
  const attempt = openTransport(connector, pair.a, null);
  attempt.opened.catch(() => {});
  while (acceptor.requests.length === 0) await new Promise(resolve => setImmediate(resolve));
  return { opening, attempt, stream: pair.a };
}

const SLOW: Setup = { memory: { chunkSize: 1000, capacity: 3000 } };
const FRAGMENTS: Setup = { server: { autoFragmentSize: 40_000 }, client: { autoFragmentSize: 30_001 } };
const PLAIN: OpeningProposal = { resource: '/', headers: {}, subprotocols: [], origin: null };

async function makePair(setup: Setup): Promise<TransportPair> {
  const { opening, attempt, stream } = await ask(PLAIN, setup);
  const server = await opening.accept();
  const { transport: client } = await attempt.opened;
  return { a: client, b: server, breakConnection: () => stream.destroy() };
}

messageTransportContract('the engine', () => makePair({}), { describe, test });
if (inject('tier') === 'all') {
  messageTransportContract('over a slow stream, the engine', () => makePair(SLOW), { describe, test });
  messageTransportContract('sending in fragments, the engine', () => makePair(FRAGMENTS), { describe, test });
}

describe('the engine', () => {
  openingRequestContract(
    'the engine',
    async (proposal): Promise<OpeningSetup> => {
      const { opening, attempt, stream } = await ask(proposal);
      return {
        request: opening,
        client: attempt.opened.then(({ transport }) => transport),
        response: attempt.opened.then(
          ({ response }) => ({ status: 101, headers: response.headers, body: EMPTY_BYTES }),
          error => {
            if (typeof error.statusCode !== 'number') throw error;
            return { status: error.statusCode, headers: error.headers, body: error.body ?? EMPTY_BYTES };
          },
        ),
        async leave() {
          stream.destroy();
          await opening.whenGone;
        },
      };
    },
    { describe, test },
  );
});
