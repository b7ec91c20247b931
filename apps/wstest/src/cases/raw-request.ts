import { findResponseProblem, openingRequest } from '../run/handshake.ts';
import { fieldValue, type HttpHead, headLength, parseHead, statusOf } from '../wire/http-head.ts';
import type { PeerConnection } from '../wire/peer-connection.ts';
import type { ServerCase, ServerUnderTest } from './test-case.ts';
import { type Verdict, verdict } from './verdict.ts';

/** The key that all raw requests use. */
export const RAW_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** What a server did with a request. */
export interface RawResponse {
  readonly connection: PeerConnection;
  /** null when the server dropped the connection or said nothing in time. */
  readonly head: HttpHead | null;
  /** 0 without a response. */
  readonly status: number;
  /** Milliseconds until the response or the drop. */
  readonly time: number;
}

/** A correct request, line by line, to be spoilt: the field of the name is replaced by `lines`. */
export function requestWith(server: ServerUnderTest, name: string, ...lines: string[]): string {
  const head = openingRequest(server.host, server.resource, RAW_KEY, null).trimEnd().split('\r\n');
  const index = head.findIndex(line => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  if (index < 0) head.push(...lines);
  else head.splice(index, 1, ...lines);
  return `${head.join('\r\n')}\r\n\r\n`;
}

/** Sends raw octets on a new connection and reads the response. */
export async function ask(
  server: ServerUnderTest,
  octets: string | Buffer,
  timeout: number,
  pieceSize?: number,
): Promise<RawResponse> {
  const connection = await server.connect();
  const buffer = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;
  connection.log.octets('tester', 'request', buffer);
  const began = performance.now();
  const written = connection.write(buffer, pieceSize === undefined ? {} : { pieceSize });
  // Many small writes take their time on a busy machine, which is not the server's.
  if (pieceSize !== undefined) await written;
  const response = await connection.readRaw(headLength, timeout);
  await (connection.hasEnded ? null : written);
  const time = performance.now() - began;
  if (response !== null) connection.log.octets('peer', 'response', response);
  const head = response === null ? null : parseHead(response);
  return { connection, head, status: head === null ? 0 : statusOf(head), time };
}

/** A case about a request that a server must accept. */
export function accepts(
  id: string,
  description: string,
  makeRequest: (server: ServerUnderTest) => string,
  options: { pieceSize?: number; isStrict?: boolean } = {},
): ServerCase {
  return {
    kind: 'server',
    id,
    description,
    expectation: 'The server opens the connection: 101 with a right response and no extension.',
    run: async (server, { timing }) => {
      const response = await ask(server, makeRequest(server), timing.timeout, options.pieceSize);
      const problem = response.head === null ? 'no response came' : findResponseProblem(response.head, RAW_KEY);
      if (problem !== null)
        return verdict(
          options.isStrict === false ? 'NON-STRICT' : 'FAILED',
          `The server did not open the connection: ${problem}.`,
        );
      const extension = response.head!.headers.get('sec-websocket-extensions');
      return extension === undefined
        ? verdict('OK', 'The server opened the connection.')
        : verdict('FAILED', `The server agreed to ${extension}.`);
    },
  };
}

/** Instead of a status: the request is none for a WebSocket, and any answer will do that does not open one. */
export const PLAIN = 200;

/** A case about a request that a server must refuse. */
export function refuses(
  id: string,
  description: string,
  makeRequest: (server: ServerUnderTest) => string | Buffer,
  status?: number,
): ServerCase {
  return {
    kind: 'server',
    id,
    description,
    expectation:
      status === PLAIN
        ? 'The server does not open the connection.'
        : `The server refuses: ${status ?? 'a status of 400 or more'}, or it drops the connection.`,
    run: async (server, { timing }) => judgeRefusal(await ask(server, makeRequest(server), timing.timeout), status),
  };
}

function judgeRefusal({ connection, head, status }: RawResponse, expected: number | undefined): Verdict {
  if (head === null) {
    return connection.hasEnded
      ? verdict('OK', 'The server dropped the connection.')
      : verdict('FAILED', 'The server neither answered nor dropped the connection.');
  }
  if (status === 101) return verdict('FAILED', 'The server opened the connection.');
  if (status >= 300 && status < 400) return verdict('NON-STRICT', `The server answered ${status}.`);
  // Without an Upgrade it is a plain request, which a server may well have a page for.
  if (status < 400 && expected === PLAIN) return verdict('OK', `The server took it for a plain request: ${status}.`);
  if (status < 400) return verdict('FAILED', `The server answered "${head.startLine}".`);
  if (status === 426 && expected === 426 && !/(?:^|,)\s*13\s*(?:,|$)/.test(fieldValue(head, 'sec-websocket-version')))
    return verdict('FAILED', 'The server answered 426 without the versions that it knows (4.4).');
  const isExpected = expected === undefined || expected === PLAIN || status === expected;
  return verdict(isExpected ? 'OK' : 'NON-STRICT', `The server answered ${status}.`);
}
