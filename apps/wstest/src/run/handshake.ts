import { randomBytes } from 'node:crypto';
import type { DeflatePlan, ExtensionPlan } from '../cases/test-case.ts';
import { Bzip2MessageCodec } from '../wire/bzip2.ts';
import {
  agreementOf,
  answersOffer,
  type DeflateParameters,
  type ExtensionField,
  formatDeflate,
  parseExtensions,
  readDeflateParameters,
} from '../wire/extensions.ts';
import { acceptKeyOf, fieldValue, type HttpHead, headLength, parseHead, statusOf } from '../wire/http-head.ts';
import { DeflateMessageCodec, type MessageCodec } from '../wire/message-codec.ts';
import type { PeerConnection } from '../wire/peer-connection.ts';

/** How an opening handshake went. A string instead of a codec says why there can be no conversation. */
export interface HandshakeOutcome {
  readonly request: string;
  readonly response: string;
  /** The extension in use; null when the case needs none. */
  readonly codec: MessageCodec | null;
  /** Why the connection cannot be used, or null. */
  readonly problem: string | null;
  /** Whether all went well but for the peer not knowing the extension. */
  readonly isUnimplemented: boolean;
}

/** Fields of a request that opens a WebSocket (RFC 6455, 4.1). */
export function openingRequest(
  host: string,
  resource: string,
  key: string,
  extensions: string | null,
  more: readonly string[] = [],
): string {
  const lines = [
    `GET ${resource} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    ...(extensions === null ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
    ...more,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A new random key (RFC 6455, 4.1). */
export function createKey(): string {
  return randomBytes(16).toString('base64');
}

/** Opens a WebSocket as a client and judges the server's response. */
export async function openAsClient(
  connection: PeerConnection,
  target: { readonly host: string; readonly resource: string; readonly headers?: readonly string[] },
  extension: ExtensionPlan | undefined,
  timeout: number,
): Promise<HandshakeOutcome> {
  const key = createKey();
  const request = openingRequest(target.host, target.resource, key, formatOffers(extension), target.headers);
  connection.log.octets('tester', 'opening request', Buffer.from(request));
  await connection.write(Buffer.from(request));
  const octets = await connection.readRaw(headLength, timeout);
  if (octets === null)
    return { request, response: '', codec: null, problem: 'no response came', isUnimplemented: false };
  connection.log.octets('peer', 'opening response', octets);
  const head = parseHead(octets);
  const response = octets.toString('latin1');
  const problem = findResponseProblem(head, key);
  if (problem !== null) return { request, response, codec: null, problem, isUnimplemented: false };
  const agreed = agreeAsClient(parseExtensions(fieldValue(head, 'sec-websocket-extensions')), extension);
  if (typeof agreed === 'string') return { request, response, codec: null, problem: agreed, isUnimplemented: false };
  connection.startFrames(agreed);
  return {
    request,
    response,
    codec: agreed,
    problem: null,
    isUnimplemented: extension !== undefined && agreed === null,
  };
}

/** What is wrong with a response to an opening request, or null (RFC 6455, 4.1). */
export function findResponseProblem(head: HttpHead, key: string): string | null {
  if (statusOf(head) !== 101) return `the response is "${head.startLine}"`;
  if (fieldValue(head, 'upgrade').toLowerCase() !== 'websocket') return 'the response lacks Upgrade: websocket';
  if (!/(?:^|,)\s*upgrade\s*(?:,|$)/i.test(fieldValue(head, 'connection')))
    return 'the response lacks Connection: Upgrade';
  if (fieldValue(head, 'sec-websocket-accept') !== acceptKeyOf(key)) return 'Sec-WebSocket-Accept is wrong';
  return null;
}

function formatOffers(extension: ExtensionPlan | undefined): string | null {
  if (extension === undefined) return null;
  if (extension.name === 'permessage-bzip2') return 'permessage-bzip2; client_max_compress_level';
  return extension.plan.offers.map(formatDeflate).join(', ');
}

function agreeAsClient(
  response: readonly ExtensionField[],
  extension: ExtensionPlan | undefined,
): MessageCodec | null | string {
  if (response.length === 0) return null;
  const [field, ...more] = response;
  if (more.length > 0 || field!.name !== extension?.name)
    return 'the server agreed to an extension that was not offered';
  if (extension.name === 'permessage-bzip2') return new Bzip2MessageCodec(field!);
  const parameters = readDeflateParameters(field!, true);
  if (typeof parameters === 'string') return `permessage-deflate: ${parameters}`;
  const fits = extension.plan.offers.some(offer => answersOffer(parameters, offer));
  return fits
    ? new DeflateMessageCodec(agreementOf(parameters), false)
    : 'the response of permessage-deflate answers none of the offers';
}

/** Answers a client's request with 101 and judges what it offered. */
export async function acceptAsServer(
  connection: PeerConnection,
  octets: Buffer,
  extension: ExtensionPlan | undefined,
): Promise<HandshakeOutcome> {
  const head = parseHead(octets);
  const request = octets.toString('latin1');
  const problem = findRequestProblem(head);
  if (problem !== null) {
    await connection.write(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'));
    connection.end();
    return { request, response: '', codec: null, problem, isUnimplemented: false };
  }
  const [codec, field] = agreeAsServer(parseExtensions(fieldValue(head, 'sec-websocket-extensions')), extension);
  const response = openingResponse(
    fieldValue(head, 'sec-websocket-key'),
    field === null ? [] : [`Sec-WebSocket-Extensions: ${field}`],
  );
  connection.log.octets('tester', 'opening response', Buffer.from(response));
  connection.startFrames(codec);
  await connection.write(Buffer.from(response));
  return { request, response, codec, problem: null, isUnimplemented: extension !== undefined && codec === null };
}

/** The response that opens a WebSocket (RFC 6455, 4.2.2). */
export function openingResponse(key: string, more: readonly string[] = []): string {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptKeyOf(key)}`,
    ...more,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** What is wrong with a client's opening request, or null (RFC 6455, 4.1). */
export function findRequestProblem(head: HttpHead): string | null {
  if (!/^GET \S+ HTTP\/1\.1$/.test(head.startLine)) return 'the request is not a GET of HTTP/1.1';
  if (head.headers.get('host')?.length !== 1) return 'the request needs one Host';
  if (!/(?:^|,)\s*websocket\s*(?:,|$)/i.test(fieldValue(head, 'upgrade')))
    return 'the request lacks Upgrade: websocket';
  if (!/(?:^|,)\s*upgrade\s*(?:,|$)/i.test(fieldValue(head, 'connection')))
    return 'the request lacks Connection: Upgrade';
  if (fieldValue(head, 'sec-websocket-version') !== '13') return 'the version is not 13';
  return /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(fieldValue(head, 'sec-websocket-key'))
    ? null
    : 'the key is not 16 bytes in Base64';
}

function agreeAsServer(
  offers: readonly ExtensionField[],
  extension: ExtensionPlan | undefined,
): [MessageCodec | null, string | null] {
  const candidates = offers.filter(({ name }) => name === extension?.name);
  if (extension === undefined || candidates.length === 0) return [null, null];
  if (extension.name === 'permessage-bzip2') {
    return [new Bzip2MessageCodec({ name: extension.name, parameters: [] }), answerBzip2(candidates[0]!)];
  }
  const answer = chooseAnswer(candidates, extension.plan);
  return answer === null ? [null, null] : [new DeflateMessageCodec(agreementOf(answer), true), formatDeflate(answer)];
}

function chooseAnswer(candidates: readonly ExtensionField[], { answers }: DeflatePlan): DeflateParameters | null {
  const offers = candidates
    .map(field => readDeflateParameters(field, false))
    .filter(offer => typeof offer !== 'string');
  for (const answerTo of answers) {
    for (const offer of offers) {
      const answer = answerTo(offer);
      if (answer !== null) return answer;
    }
  }
  return null;
}

/** The tester sends blocks of level 1 only, so whatever a client asks for can be promised. */
function answerBzip2({ parameters }: ExtensionField): string {
  const limit = parameters.find(([name]) => name === 'server_max_compress_level')?.[1];
  return typeof limit === 'string' ? `permessage-bzip2; server_max_compress_level=${limit}` : 'permessage-bzip2';
}
