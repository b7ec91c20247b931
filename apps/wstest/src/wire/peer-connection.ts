import { isUtf8 } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { encodeFrame, type Frame, type FrameEncoding, frame, Opcode } from './frame.ts';
import { FrameReader, type ReceivedFrame } from './frame-reader.ts';
import type { MessageCodec } from './message-codec.ts';
import { findBrokenRule } from './peer-rules.ts';
import { MAX_MESSAGE, TesterLimitError } from './tester-limit.ts';
import { WireLog } from './wire-log.ts';

/**
 * What the peer did. A violation is always the last word: nothing after it can be trusted. So is an excess: the peer sent
 * more than the tester takes, and nothing after it is read.
 */
export type PeerEvent =
  | { readonly type: 'text' | 'binary'; readonly payload: Buffer; readonly wasCompressed: boolean }
  | { readonly type: 'pong'; readonly payload: Buffer }
  | { readonly type: 'close'; readonly code: number | null; readonly reason: string; readonly payload: Buffer }
  | { readonly type: 'violation'; readonly rule: string }
  | { readonly type: 'excess'; readonly what: string }
  | { readonly type: 'end' };

/** How to cut octets into writes. */
export interface WriteOptions {
  /** Bytes per write; everything in one write when absent. */
  readonly pieceSize?: number;
}

/** How often at most a write in pieces waits for the event loop. */
const MOST_TURNS = 64;

/**
 * The tester's end of one connection: octets and frames out, judged events in.
 *
 * Shares no code with any WebSocket library, so that a mistake made there is not made here as well.
 */
export class PeerConnection {
  readonly log: WireLog = new WireLog();
  readonly testerIsServer: boolean;
  readonly #stream: Duplex;
  readonly #reader: FrameReader = new FrameReader();
  readonly #events: PeerEvent[] = [];
  readonly #fragments: Buffer[] = [];
  #fragmentsLength = 0;
  #raw: Buffer | null = Buffer.alloc(0);
  #wake: (() => void) | null = null;
  #messageType: 'text' | 'binary' | null = null;
  #messageIsCompressed = false;
  #codec: MessageCodec | null = null;
  #isOver = false;
  #hasEnded = false;
  #gotClose = false;
  /** Bytes the peer sent, handshake included. */
  octetsReceived = 0;
  /** Whether Pings are answered by themselves; to be set to false once a Close frame was sent. */
  answersPings = true;
  /** Milliseconds that the peer has for taking one write; then the tester gives it up. */
  writeLimit = 60_000;

  constructor(stream: Duplex, testerIsServer: boolean) {
    this.#stream = stream;
    this.testerIsServer = testerIsServer;
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('end', () => this.#onEnd('TCP end'));
    stream.on('error', error => this.#onEnd(`TCP error: ${error.message}`));
    stream.on('close', () => this.#onEnd('TCP closed'));
  }

  /** Whether the peer's side of the connection is gone. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get codec(): MessageCodec | null {
    return this.#codec;
  }

  /** Bytes that the peer has not taken yet. */
  get bufferedAmount(): number {
    return this.#stream.writableLength;
  }

  /** Reads raw octets until `isComplete` says so; null when time is up or the peer left. */
  async readRaw(isComplete: (octets: Buffer) => number, timeout: number): Promise<Buffer | null> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const raw = this.#raw ?? Buffer.alloc(0);
      const size = isComplete(raw);
      if (size > 0) {
        this.#raw = Buffer.from(raw.subarray(size));
        return raw.subarray(0, size);
      }
      if (this.#hasEnded || !(await this.#waitForChange(deadline))) return null;
    }
  }

  /** Octets that came and were not read, while no frames are expected. */
  get unreadRaw(): Buffer {
    return this.#raw ?? Buffer.alloc(0);
  }

  /** From here on the peer's octets are frames. */
  startFrames(codec: MessageCodec | null = null): void {
    this.#codec = codec;
    const rest = this.#raw;
    this.#raw = null;
    if (rest !== null && rest.length > 0) this.#readFrames(rest);
    else this.#wake?.();
  }

  /** The next event, or null when none came within `timeout` milliseconds. */
  async next(timeout: number): Promise<PeerEvent | null> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#hasEnded) return { type: 'end' };
      if (!(await this.#waitForChange(deadline))) return null;
    }
  }

  /** Writes octets as they are; resolves when the system took them. */
  async write(octets: Buffer, { pieceSize = octets.length }: WriteOptions = {}): Promise<void> {
    // Between pieces what the peer said is read: else it is lost when it drops TCP in the middle. Not between all of
    // very many, because on a busy machine every turn of the event loop takes its time.
    const count = Math.ceil(octets.length / pieceSize);
    const stride = Math.ceil(count / MOST_TURNS);
    let pieces = 0;
    for (let start = 0; start < octets.length && !this.#stream.destroyed; start += pieceSize) {
      const piece = octets.subarray(start, start + pieceSize);
      this.log.countOctets('tester', piece.length);
      await this.#writePiece(piece);
      if (count > 1 && ++pieces % stride === 0) await setImmediate();
    }
  }

  async #writePiece(piece: Buffer): Promise<void> {
    const timer = setTimeout(() => this.#stream.destroy(new Error('the peer takes no more')), this.writeLimit);
    await new Promise<void>(resolve => this.#stream.write(piece, () => resolve()));
    clearTimeout(timer);
  }

  /** Writes frames, all in one write unless cut. */
  async sendFrames(
    frames: readonly Frame[],
    options?: WriteOptions,
    encoding: Partial<FrameEncoding> = {},
  ): Promise<void> {
    const octets = frames.map(each => {
      this.log.frame('tester', each);
      return encodeFrame(each, { isMasked: !this.testerIsServer, ...encoding });
    });
    await this.write(octets.length === 1 ? octets[0]! : Buffer.concat(octets), options);
  }

  /** Sends what is queued, then FIN. */
  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** Stops taking what the peer sends; the system's buffers fill, then those of the peer. */
  stopReading(): void {
    this.#stream.pause();
  }

  resumeReading(): void {
    this.#stream.resume();
  }

  async #waitForChange(deadline: number): Promise<boolean> {
    const rest = deadline - performance.now();
    if (rest <= 0) return false;
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.#wake = null;
        resolve(false);
      }, rest);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve(true);
      };
    });
  }

  #onData(chunk: Buffer): void {
    this.octetsReceived += chunk.length;
    this.log.countOctets('peer', chunk.length);
    if (this.#raw !== null) {
      this.#raw = Buffer.concat([this.#raw, chunk]);
      this.#wake?.();
    } else this.#readFrames(chunk);
  }

  #onEnd(remark: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.log.remark('peer', remark);
    this.#wake?.();
  }

  #readFrames(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#reader.push(chunk);
      for (let next = this.#reader.next(); next !== null && !this.#isOver; next = this.#reader.next())
        this.#judge(next);
    } catch (error) {
      this.#giveUp(error, String(error));
    }
  }

  #judge(received: ReceivedFrame): void {
    this.log.frame('peer', received, received.maskingKey);
    const rule = this.#gotClose
      ? 'a frame after the Close frame (5.5.1)'
      : findBrokenRule(received, {
          peerIsClient: this.testerIsServer,
          hasCompression: this.#codec !== null,
          isInsideMessage: this.#messageType !== null,
        });
    if (rule !== null) this.#violate(rule);
    else if (received.opcode < Opcode.CLOSE) this.#takeData(received);
    else if (received.opcode === Opcode.CLOSE) this.#takeClose(received.payload);
    else this.#takePingOrPong(received);
  }

  #takeData({ opcode, fin, rsv, payload }: ReceivedFrame): void {
    if (opcode !== Opcode.CONTINUATION) {
      this.#messageType = opcode === Opcode.TEXT ? 'text' : 'binary';
      this.#messageIsCompressed = rsv === 4;
    }
    this.#fragments.push(payload);
    this.#fragmentsLength += payload.length;
    if (this.#fragmentsLength > MAX_MESSAGE) throw new TesterLimitError();
    if (!fin) return;
    const type = this.#messageType!;
    const octets = this.#fragments.length === 1 ? payload : Buffer.concat(this.#fragments);
    this.#fragments.length = 0;
    this.#fragmentsLength = 0;
    this.#messageType = null;
    const message = this.#messageIsCompressed ? this.#decompress(octets) : octets;
    if (message === null) return;
    if (type === 'text' && !isUtf8(message)) this.#violate('a text message is not UTF-8 (8.1)');
    else this.#emit({ type, payload: message, wasCompressed: this.#messageIsCompressed });
  }

  #decompress(octets: Buffer): Buffer | null {
    try {
      return this.#codec!.decompress(octets);
    } catch (error) {
      this.#giveUp(error, `${this.#codec!.name}: ${(error as Error).message}`);
      return null;
    }
  }

  #takeClose(payload: Buffer): void {
    this.#gotClose = true;
    const code = payload.length === 0 ? null : payload.readUInt16BE();
    this.#emit({ type: 'close', code, reason: payload.toString('utf8', 2), payload });
  }

  #takePingOrPong({ opcode, payload }: ReceivedFrame): void {
    if (opcode === Opcode.PONG) this.#emit({ type: 'pong', payload });
    // A peer may ping whenever it likes; the tester answers like anybody and no case minds.
    else if (this.answersPings) void this.sendFrames([frame(Opcode.PONG, payload)]);
  }

  #giveUp(error: unknown, rule: string): void {
    if (error instanceof TesterLimitError) this.#exceed(error.message);
    else this.#violate(rule);
  }

  #exceed(what: string): void {
    this.#isOver = true;
    this.log.remark('peer', `sends ${what}`);
    this.#emit({ type: 'excess', what });
  }

  #violate(rule: string): void {
    this.#isOver = true;
    this.log.remark('peer', `breaks a rule: ${rule}`);
    this.#emit({ type: 'violation', rule });
  }

  #emit(event: PeerEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }
}
