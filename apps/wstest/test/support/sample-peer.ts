// A small echo peer that is right in everything but what a test asks it to do wrong. It exists to show that each
// mistake is caught by the cases that were made for it.
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { acceptAsServer, createKey, openingRequest } from '../../src/run/handshake.ts';
import { agreementOf, parseExtensions, readDeflateParameters } from '../../src/wire/extensions.ts';
import { closePayload, encodeFrame, type Frame, frame, Opcode } from '../../src/wire/frame.ts';
import { FrameReader, type ReceivedFrame } from '../../src/wire/frame-reader.ts';
import { fieldValue, headLength, parseHead } from '../../src/wire/http-head.ts';
import { DeflateMessageCodec, type MessageCodec } from '../../src/wire/message-codec.ts';
import { PeerConnection } from '../../src/wire/peer-connection.ts';
import { findBrokenRule } from '../../src/wire/peer-rules.ts';

export type Mutation =
  | 'none'
  | 'no UTF-8 check'
  | 'checks nothing'
  | 'one flipped byte in a compressed echo'
  | 'one flipped bit in a long echo'
  | 'ignores the window'
  | 'masks as a server'
  | 'does not mask as a client'
  | 'never answers Ping'
  | 'never closes'
  | 'wrong close code'
  | 'interleaves fragments'
  | 'compressed messages come later';

/** Starts a server with a mutation on a free port. */
export async function startSampleServer(mutation: Mutation): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    void serve(socket, mutation);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}

async function serve(socket: Socket, mutation: Mutation): Promise<void> {
  const opening = new PeerConnection(socket, true);
  const octets = await opening.readRaw(headLength, 60_000);
  if (octets === null) return;
  const offers = parseExtensions(fieldValue(parseHead(octets), 'sec-websocket-extensions'));
  const answer = {
    offers: [],
    answers: [(offer: ReturnType<typeof asOffer>) => ({ ...offer, clientMaxWindowBits: null })],
  };
  const plan = offers.length > 0 ? { name: 'permessage-deflate' as const, plan: answer } : undefined;
  socket.removeAllListeners('data');
  const { codec } = await acceptAsServer(opening, octets, plan);
  new SamplePeer(socket, true, mutation, codec).start(opening.unreadRaw);
}

function asOffer(): Exclude<ReturnType<typeof readDeflateParameters>, string> {
  throw new TypeError('only its type is used');
}

/** Connects a client with a mutation; resolves when the connection is gone. */
export async function runSampleClient(url: string, mutation: Mutation): Promise<void> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const closed = once(socket, 'close').catch(() => {});
  await once(socket, 'connect');
  const opening = new PeerConnection(socket, false);
  const offer = 'permessage-deflate; client_max_window_bits';
  socket.write(openingRequest(host, pathname + search, createKey(), offer));
  const octets = await opening.readRaw(headLength, 60_000);
  if (octets === null) return;
  const [field] = parseExtensions(fieldValue(parseHead(octets), 'sec-websocket-extensions'));
  const parameters = field === undefined ? null : readDeflateParameters(field, true);
  const codec =
    parameters === null
      ? null
      : new DeflateMessageCodec(agreementOf(parameters as Exclude<typeof parameters, string>), false);
  socket.removeAllListeners('data');
  new SamplePeer(socket, false, mutation, codec).start(opening.unreadRaw);
  await closed;
}

class SamplePeer {
  readonly #socket: Socket;
  readonly #isServer: boolean;
  readonly #mutation: Mutation;
  readonly #codec: MessageCodec | null;
  readonly #reader = new FrameReader();
  #fragments: Frame[] = [];
  #isDone = false;

  constructor(socket: Socket, isServer: boolean, mutation: Mutation, codec: MessageCodec | null) {
    this.#socket = socket;
    this.#isServer = isServer;
    this.#mutation = mutation;
    this.#codec =
      mutation === 'ignores the window' && codec !== null ? widened(codec as DeflateMessageCodec, isServer) : codec;
  }

  start(first: Buffer): void {
    this.#socket.on('data', chunk => this.#read(chunk as Buffer));
    this.#socket.on('end', () => this.#socket.end());
    if (first.length > 0) this.#read(first);
  }

  #read(chunk: Buffer): void {
    this.#reader.push(chunk);
    for (let next = this.#reader.next(); next !== null && !this.#isDone; next = this.#reader.next()) this.#take(next);
  }

  #take(received: ReceivedFrame): void {
    const context = {
      peerIsClient: this.#isServer,
      hasCompression: this.#codec !== null,
      isInsideMessage: this.#fragments.length > 0,
    };
    const rule = this.#mutation === 'checks nothing' ? null : findBrokenRule(received, context);
    const isAboutUtf8 = rule !== null && rule.includes('UTF-8');
    if (rule !== null && !(isAboutUtf8 && this.#mutation === 'no UTF-8 check')) this.#fail(isAboutUtf8 ? 1007 : 1002);
    else if (received.opcode === Opcode.CLOSE) this.#answerClose(received.payload);
    else if (received.opcode === Opcode.PING) this.#answerPing(received.payload);
    else if (received.opcode < Opcode.CLOSE) this.#takeData(received);
  }

  #takeData(received: ReceivedFrame): void {
    this.#fragments.push(received);
    const first = this.#fragments[0]!;
    const octets = Buffer.concat(this.#fragments.map(({ payload }) => payload));
    if (this.#checksUtf8 && first.opcode === Opcode.TEXT && first.rsv === 0 && !couldBeUtf8(octets, received.fin))
      this.#fail(1007);
    else if (received.fin) {
      this.#fragments = [];
      const isCompressed = first.rsv === 4 && this.#codec !== null;
      const message = isCompressed ? this.#codec!.decompress(octets) : octets;
      if (isCompressed && this.#mutation === 'compressed messages come later')
        setImmediate(() => this.#echo(first.opcode, message));
      else this.#echo(first.opcode, message);
    }
  }

  get #checksUtf8(): boolean {
    return this.#mutation !== 'no UTF-8 check' && this.#mutation !== 'checks nothing';
  }

  #echo(opcode: number, message: Buffer): void {
    if (this.#mutation === 'one flipped bit in a long echo' && message.length > 10_000) message[5000]! ^= 1;
    if (this.#codec !== null) {
      const octets = Buffer.from(this.#codec.compress(message));
      if (this.#mutation === 'one flipped byte in a compressed echo' && octets.length > 8)
        octets[octets.length >> 1]! ^= 1;
      this.#send(frame(opcode, octets, { rsv: 4 }));
    } else if (this.#mutation === 'interleaves fragments' && message.length > 1) {
      this.#send(frame(opcode, message.subarray(0, 1), { fin: false }));
      this.#send(frame(opcode, message.subarray(1)));
    } else this.#send(frame(opcode, message));
  }

  #answerPing(payload: Buffer): void {
    if (this.#mutation !== 'never answers Ping') this.#send(frame(Opcode.PONG, payload));
  }

  #answerClose(payload: Buffer): void {
    if (this.#mutation === 'never closes') return;
    this.#finish(this.#mutation === 'wrong close code' ? closePayload(3333) : payload);
  }

  #fail(code: number): void {
    if (this.#mutation === 'never closes') return;
    this.#finish(closePayload(this.#mutation === 'wrong close code' ? 3333 : code));
  }

  #finish(payload: Buffer): void {
    this.#isDone = true;
    this.#send(frame(Opcode.CLOSE, payload));
    if (this.#isServer) this.#socket.end();
    this.#socket.resume();
  }

  #send(source: Frame): void {
    const isMasked = this.#isServer
      ? this.#mutation === 'masks as a server'
      : this.#mutation !== 'does not mask as a client';
    if (!this.#socket.destroyed) this.#socket.write(encodeFrame(source, { isMasked }));
  }
}

/** Fails as early as a fragment allows: three bytes at most may be missing of the last character. */
function couldBeUtf8(octets: Buffer, isFinal: boolean): boolean {
  if (isFinal) return isUtf8(octets);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function widened({ agreement }: DeflateMessageCodec, isServer: boolean): DeflateMessageCodec {
  return new DeflateMessageCodec({ ...agreement, serverWindowBits: 15, clientWindowBits: 15 }, isServer);
}
