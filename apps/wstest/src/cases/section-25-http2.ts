import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Duplex } from 'node:stream';
import { PeerConnection } from '../wire/peer-connection.ts';
import { Exchange } from './exchange.ts';
import { judge } from './judge.ts';
import { answer, exactly, testerCloses, text } from './script.ts';
import type { CaseSurroundings, ServerCase, ServerUnderTest } from './test-case.ts';
import { type Verdict, verdict } from './verdict.ts';

type Conversation = (
  session: ClientHttp2Session,
  server: ServerUnderTest,
  surroundings: CaseSurroundings,
) => Promise<Verdict>;

/** 25.*: WebSocket over HTTP/2 (RFC 8441); servers that do not announce it are UNIMPLEMENTED. */
export const http2Cases: readonly ServerCase[] = [
  overHttp2(
    '25.1',
    'One stream: a text message, then Close.',
    'The echo, then a clean closing with 1000.',
    talkOnOneStream,
  ),
  overHttp2('25.2', 'Ten streams of one session at the same time.', 'Each has its own conversation.', talkOnTenStreams),
  overHttp2('25.3', 'A stream that is reset, then another one.', 'The second one is served.', resetFirst),
  overHttp2('25.4', 'Version 12.', 'A status of 400 or more.', (session, server, { timing }) =>
    refused(session, { ...fields(server), 'sec-websocket-version': '12' }, timing.timeout),
  ),
  overHttp2(
    '25.5',
    'CONNECT with a protocol that nobody knows.',
    'A status of 400 or more.',
    (session, server, { timing }) =>
      refused(session, { ...fields(server), ':protocol': 'no-such-protocol' }, timing.timeout),
  ),
  overHttp2(
    '25.6',
    'A message of 256 KiB, more than any initial window.',
    'The echo, then a clean closing with 1000.',
    (session, server, surroundings) => talk(session, server, surroundings, '*'.repeat(256 * 1024)),
  ),
];

function fields({ host, resource }: ServerUnderTest): Record<string, string> {
  return {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': 'http',
    ':path': resource,
    ':authority': host,
    'sec-websocket-version': '13',
  };
}

function overHttp2(id: string, description: string, expectation: string, conversation: Conversation): ServerCase {
  return {
    kind: 'server',
    id,
    description,
    expectation,
    run: async (server, surroundings) => {
      const session = await openSession(server, surroundings.timing.timeout);
      if (session === null)
        return verdict('UNIMPLEMENTED', 'The server does not announce extended CONNECT over HTTP/2.');
      try {
        return await conversation(session, server, surroundings);
      } finally {
        session.destroy();
      }
    },
  };
}

async function openSession(server: ServerUnderTest, timeout: number): Promise<ClientHttp2Session | null> {
  const stream: Duplex = await server.connectHttp2();
  const session = connect(`http://${server.host}`, { createConnection: () => stream });
  session.on('error', () => {});
  const settings = await new Promise<boolean>(resolve => {
    const timer = setTimeout(() => resolve(false), timeout);
    const settle = (isEnabled: boolean): void => {
      clearTimeout(timer);
      resolve(isEnabled);
    };
    session.once('remoteSettings', ({ enableConnectProtocol }) => settle(enableConnectProtocol === true));
    session.once('close', () => settle(false));
  });
  if (settings) return session;
  session.destroy();
  stream.destroy();
  return null;
}

async function statusOf(stream: ClientHttp2Stream, timeout: number): Promise<number> {
  stream.on('error', () => {});
  const signal = AbortSignal.timeout(timeout);
  try {
    const [headers] = (await once(stream, 'response', { signal })) as [{ ':status'?: number }];
    return Number(headers[':status'] ?? 0);
  } catch {
    return 0;
  }
}

async function talk(
  session: ClientHttp2Session,
  server: ServerUnderTest,
  { timing }: CaseSurroundings,
  message: string,
): Promise<Verdict> {
  const stream = session.request(fields(server), { endStream: false });
  const connection = new PeerConnection(stream, false);
  const status = await statusOf(stream, timing.timeout);
  if (status !== 200) return verdict('FAILED', `The server answered ${status || 'nothing'}.`);
  connection.startFrames();
  const exchange = new Exchange(connection, timing);
  await exchange.send([text(message)]);
  await exchange.receivePatiently(1, 10 * timing.timeout);
  await exchange.finish();
  return judge(exchange, exactly(answer('text', message)), testerCloses);
}

function talkOnOneStream(
  session: ClientHttp2Session,
  server: ServerUnderTest,
  surroundings: CaseSurroundings,
): Promise<Verdict> {
  return talk(session, server, surroundings, 'Hello, world!');
}

async function talkOnTenStreams(
  session: ClientHttp2Session,
  server: ServerUnderTest,
  surroundings: CaseSurroundings,
): Promise<Verdict> {
  const verdicts = await Promise.all(
    Array.from({ length: 10 }, (_, i) => talk(session, server, surroundings, `stream ${i}`)),
  );
  return verdicts.find(({ behavior, behaviorClose }) => behavior !== 'OK' || behaviorClose !== 'OK') ?? verdicts[0]!;
}

async function resetFirst(
  session: ClientHttp2Session,
  server: ServerUnderTest,
  surroundings: CaseSurroundings,
): Promise<Verdict> {
  const stream = session.request(fields(server), { endStream: false });
  await statusOf(stream, surroundings.timing.timeout);
  stream.close(8);
  return talk(session, server, surroundings, 'after the reset');
}

async function refused(
  session: ClientHttp2Session,
  request: Record<string, string>,
  timeout: number,
): Promise<Verdict> {
  const stream = session.request(request, { endStream: false });
  const status = await statusOf(stream, timeout);
  const wasReset = stream.closed;
  stream.close(8);
  if (status >= 400) return verdict('OK', `The server answered ${status}.`);
  if (status !== 0) return verdict('FAILED', `The server answered ${status}.`);
  return wasReset ? verdict('OK', 'The server reset the stream.') : verdict('NON-STRICT', 'The server said nothing.');
}
