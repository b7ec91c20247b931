// What is negotiated with `ws` and with Python's websockets, each in both roles: every pair of parameters, theirs and
// ours. They fail the connection at an answer that breaks RFC 7692, 7.1, and messages fail where the two sides have not
// understood the same.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AcceptDeflateOptions, acceptDeflate, type OfferDeflateOptions, offerDeflate } from '@ws/compress/deflate';
import { seededRandom } from '@ws/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { connectWS, type ListeningPort, listenWS, WebSocketClientFactory } from '../src/index.ts';
import { allPairs } from './support/all-pairs.ts';
import { echoFactory, nextMessage } from './support/echo.ts';
import { hasWebsockets, Script } from './support/websockets/python.ts';

const BITS = [8, 9, 10, 11, 12, 13, 14, 15] as const;
/** zlib refuses to compress with a raw window of 2^8, so Python's websockets can do no more than decompress such. */
const BITS_OF_ZLIB = [9, 10, 11, 12, 13, 14, 15] as const;
const EITHER = [false, true] as const;

/** Repetitions at distances within and beyond each window. The second is a message that its own context makes short. */
const messages: readonly string[] = (() => {
  const random = seededRandom(7692);
  const digits = (length: number): string => Buffer.from(random.bytes(length / 2)).toString('hex');
  const repeated = digits(80);
  const text = [150, 300, 700, 1500, 3000, 6000].map(length => repeated + digits(length)).join('');
  return [text, `${text}.`];
})();

/** Talks over each connection in turn, and says what went wrong with which. */
async function faultsOf<T>(rows: readonly T[], talk: (row: T) => Promise<unknown>): Promise<string[]> {
  const faults: string[] = [];
  for (const row of rows) {
    try {
      await talk(row);
    } catch (error) {
      faults.push(`${JSON.stringify(row)}: ${error}`);
    }
  }
  return faults;
}

describe('our server', () => {
  const factory = echoFactory();
  let port: ListeningPort;
  let url: string;
  beforeAll(async () => {
    port = await listenWS(factory, { host: '127.0.0.1', port: 0 });
    url = `ws://127.0.0.1:${port.port}`;
  });
  afterAll(() => port.close({ grace: 0 }));

  /** What the client says, and what our server wishes and does. */
  const rows = <const Bits extends readonly number[]>(bits: Bits) =>
    allPairs({
      serverNoTakeover: EITHER,
      clientNoTakeover: EITHER,
      serverBits: [null, ...BITS],
      clientBits: [null, true, ...bits],
      requestNoContextTakeover: EITHER,
      requestMaxWindowBits: [0, ...bits],
      noContextTakeover: [null, ...EITHER],
      windowBits: [null, ...BITS],
    });

  function serveAs(
    row: Required<Pick<AcceptDeflateOptions, 'requestNoContextTakeover' | 'requestMaxWindowBits'>> &
      AcceptDeflateOptions,
  ): void {
    const { requestNoContextTakeover, requestMaxWindowBits, noContextTakeover = null, windowBits = null } = row;
    factory.setProtocolOptions({
      perMessageCompressionAccept: acceptDeflate({
        requestNoContextTakeover,
        requestMaxWindowBits,
        noContextTakeover,
        windowBits,
      }),
    });
  }

  test('and the client of ws', async () => {
    const faults = await faultsOf(rows(BITS), async row => {
      serveAs(row);
      const client = new WebSocket(url, {
        perMessageDeflate: {
          threshold: 0,
          // With `false` it would refuse answers that it did not ask for.
          ...(row.serverNoTakeover ? { serverNoContextTakeover: true } : {}),
          ...(row.clientNoTakeover ? { clientNoContextTakeover: true } : {}),
          ...(row.serverBits === null ? {} : { serverMaxWindowBits: row.serverBits }),
          clientMaxWindowBits: (row.clientBits ?? false) as number,
        },
      });
      await once(client, 'open');
      expect(client.extensions).toBe('permessage-deflate');
      for (const message of messages) {
        client.send(message);
        const [echoed] = (await once(client, 'message')) as [Buffer];
        expect(echoed.toString() === message).toBe(true);
      }
      client.terminate();
    });
    expect(faults).toEqual([]);
  });

  test.skipIf(!hasWebsockets)('and the client of websockets', async () => {
    const script = new Script('client');
    const faults = await faultsOf(rows(BITS_OF_ZLIB), async row => {
      serveAs(row);
      const parameters = {
        server_no_context_takeover: row.serverNoTakeover,
        client_no_context_takeover: row.clientNoTakeover,
        server_max_window_bits: row.serverBits,
        client_max_window_bits: row.clientBits,
      };
      expect(await script.ask({ url, parameters, messages })).toEqual({
        extensions: ['permessage-deflate'],
        echoed: true,
      });
    });
    await script.end();
    expect(faults).toEqual([]);
  });
});

describe('our client', () => {
  /** What our client says and does, and how the server negotiates. */
  const rows = <const Bits extends readonly number[]>(bits: Bits) =>
    allPairs({
      acceptNoContextTakeover: EITHER,
      acceptMaxWindowBits: EITHER,
      requestNoContextTakeover: EITHER,
      requestMaxWindowBits: [0, ...bits],
      noContextTakeover: [null, ...EITHER],
      windowBits: [null, ...BITS],
      serverNoTakeover: EITHER,
      clientNoTakeover: EITHER,
      serverBits: [null, ...bits],
      clientBits: [null, ...BITS],
    });

  async function talk(url: string, row: OfferDeflateOptions): Promise<void> {
    const { acceptNoContextTakeover = false, acceptMaxWindowBits = false, requestNoContextTakeover = false } = row;
    const { requestMaxWindowBits = 0, noContextTakeover = null, windowBits = null } = row;
    const factory = new WebSocketClientFactory({ url });
    const accepts = { acceptNoContextTakeover, acceptMaxWindowBits };
    const requests = { requestNoContextTakeover, requestMaxWindowBits };
    factory.setProtocolOptions({
      perMessageCompressionOffers: offerDeflate({ ...accepts, ...requests, noContextTakeover, windowBits }),
    });
    const connection = await connectWS(factory);
    for (const message of messages) {
      const echoed = Promise.race([nextMessage(connection), connection.closed]);
      connection.sendMessage(message);
      const received = await echoed;
      if (!('payload' in received)) throw new Error(`closed with ${received.code}`);
      expect(Buffer.from(received.payload).toString() === message).toBe(true);
    }
    const { outgoingOctetsWebSocketLevel, outgoingOctetsAppLevel } = connection.trafficStats;
    expect(outgoingOctetsWebSocketLevel).toBeLessThan(outgoingOctetsAppLevel);
    connection.sendClose(1000);
    await connection.closed;
  }

  test('and the server of ws', async () => {
    let perMessageDeflate = {};
    const server = createServer();
    server.on('upgrade', (request, socket, head) => {
      const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate });
      webSockets.handleUpgrade(request, socket, head, webSocket => {
        webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }));
        webSocket.on('error', () => {}); // The client sees it closed.
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // It answers 400 where it is asked for a smaller window than its own, and where it wishes for what is not offered.
    const isRefused = (row: ReturnType<typeof rows>[number]): boolean =>
      (row.requestMaxWindowBits !== 0 && (row.serverBits ?? 0) > row.requestMaxWindowBits) ||
      (row.clientBits !== null && !row.acceptMaxWindowBits);
    // That is most rows; so each is tried again with what it has no reason to refuse.
    const fitting = rows(BITS).map(row => ({
      ...row,
      acceptMaxWindowBits: row.acceptMaxWindowBits || row.clientBits !== null,
      requestMaxWindowBits: row.requestMaxWindowBits && Math.max(row.requestMaxWindowBits, row.serverBits ?? 0),
    }));
    expect(fitting.filter(isRefused)).toEqual([]);
    const faults = await faultsOf([...rows(BITS), ...fitting], async row => {
      perMessageDeflate = {
        threshold: 0,
        ...(row.serverNoTakeover ? { serverNoContextTakeover: true } : {}),
        ...(row.clientNoTakeover ? { clientNoContextTakeover: true } : {}),
        ...(row.serverBits === null ? {} : { serverMaxWindowBits: row.serverBits }),
        ...(row.clientBits === null ? {} : { clientMaxWindowBits: row.clientBits }),
      };
      if (!isRefused(row)) return await talk(url, row);
      await expect(talk(url, row)).rejects.toThrow(expect.objectContaining({ status: 400 }));
    });
    server.close();
    server.closeAllConnections();
    expect(faults).toEqual([]);
  });

  test.skipIf(!hasWebsockets)('and the server of websockets', async () => {
    const script = new Script('server');
    const { port } = await script.next();
    const faults = await faultsOf(rows(BITS_OF_ZLIB), async row => {
      const parameters = {
        server_no_context_takeover: row.serverNoTakeover,
        client_no_context_takeover: row.clientNoTakeover,
        server_max_window_bits: row.serverBits,
        client_max_window_bits: row.clientBits,
      };
      await talk(`ws://127.0.0.1:${port}/?${encodeURIComponent(JSON.stringify(parameters))}`, row);
    });
    await script.end();
    expect(faults).toEqual([]);
  });
});

if (!hasWebsockets) test.skip('websockets is not installed: apt-get install python3-websockets', () => {});
