import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { closePayload, type Frame, type FrameEncoding, frame, Opcode } from '../wire/frame.ts';
import type { PeerConnection, PeerEvent, WriteOptions } from '../wire/peer-connection.ts';

/** How long the tester waits; all in milliseconds. */
export interface Timing {
  /** For something that a correct peer does. */
  readonly timeout: number;
  /** Between the parts of a case that are sent "a second apart". */
  readonly pause: number;
}

/** How the connection came to its end. */
export interface Closing {
  /** Who sent the first Close frame or dropped TCP; null while nobody did. */
  startedBy: 'tester' | 'peer' | null;
  /** The peer's Close frame; null when none came. */
  peerClose: Extract<PeerEvent, { type: 'close' }> | null;
  /** Whether the tester sent a Close frame. */
  testerClosed: boolean;
  /** The payload of the tester's first Close frame; null when it sent none. */
  testerClose: Buffer | null;
  /** Whether the peer let go of TCP in time. */
  peerEnded: boolean;
  /** Whether the peer neither answered the tester's Close frame nor let go of TCP before the tester did. */
  isUnanswered: boolean;
}

/** What a peer did that counts as an answer. */
export type Answer = Extract<PeerEvent, { type: 'text' | 'binary' | 'pong' }>;

/** One conversation with a peer over an open connection: what was sent, what came back, how it closed. */
export class Exchange {
  readonly connection: PeerConnection;
  readonly timing: Timing;
  readonly answers: Answer[] = [];
  readonly closing: Closing = {
    startedBy: null,
    peerClose: null,
    testerClosed: false,
    testerClose: null,
    peerEnded: false,
    isUnanswered: false,
  };
  /** The rule that the peer broke, or null. */
  violation: string | null = null;
  /** What the peer sent that is more than the tester takes, or null. Nothing was read after it. */
  excess: string | null = null;

  constructor(connection: PeerConnection, timing: Timing) {
    this.connection = connection;
    this.timing = timing;
    // As long as a large message may take.
    connection.writeLimit = 12 * timing.timeout;
  }

  /** Whether what the peer says can still be told. */
  get isReadable(): boolean {
    return this.violation === null && this.excess === null;
  }

  /** Whether the peer has done its last. */
  get isOver(): boolean {
    return !this.isReadable || this.closing.peerClose !== null || this.closing.peerEnded;
  }

  /** Sends frames in one write, or in pieces. */
  async send(frames: readonly Frame[], options?: WriteOptions, encoding?: Partial<FrameEncoding>): Promise<void> {
    this.closing.testerClose ??= frames.find(({ opcode }) => opcode === Opcode.CLOSE)?.payload ?? null;
    await this.connection.sendFrames(frames, options, encoding);
  }

  /** Sends each frame in a write of its own. */
  async sendEach(frames: readonly Frame[]): Promise<void> {
    for (const each of frames) {
      await this.send([each]);
      await setImmediate();
    }
  }

  /** Waits the pause of the case, or a multiple of it. */
  async pause(times = 1): Promise<void> {
    await delay(this.timing.pause * times);
  }

  /** Takes events until `count` answers are there or the peer has done its last; false when time is up. */
  async receive(count: number, timeout: number = this.timing.timeout): Promise<boolean> {
    const deadline = performance.now() + timeout;
    while (this.answers.length < count && !this.isOver) {
      if (!(await this.#takeNext(deadline - performance.now()))) return false;
    }
    return this.answers.length >= count;
  }

  /** As {@link Exchange.receive}, for as long as octets move in either direction, at most `limit` milliseconds. */
  async receivePatiently(count: number, limit: number): Promise<boolean> {
    const deadline = performance.now() + limit;
    for (;;) {
      const before = this.connection.octetsReceived - this.connection.bufferedAmount;
      if (await this.receive(count)) return true;
      const hasMoved = this.connection.octetsReceived - this.connection.bufferedAmount !== before;
      if (this.isOver || !hasMoved || performance.now() > deadline) return false;
    }
  }

  /** The next answer, which is then forgotten; null when the peer gives none. For conversations too long to keep. */
  async takeAnswer(limit: number): Promise<Answer | null> {
    return (await this.receivePatiently(1, limit)) ? this.answers.shift()! : null;
  }

  /** Waits for the peer to close or to drop the connection by itself; false when it did not. */
  async receiveEnd(timeout: number = this.timing.timeout): Promise<boolean> {
    await this.receive(Number.POSITIVE_INFINITY, timeout);
    return this.isOver;
  }

  /** Sends a Close frame of the tester's making; the closing handshake is then the tester's. */
  async sendClose(payload: Uint8Array = closePayload(1000), options?: WriteOptions): Promise<void> {
    this.noteClose();
    await this.send([frame(Opcode.CLOSE, payload)], options);
  }

  /** Notes that a Close frame goes out among other frames. */
  noteClose(): void {
    this.closing.startedBy ??= 'tester';
    this.closing.testerClosed = true;
    this.connection.answersPings = false;
  }

  /** Brings the connection to its end: closes it if nobody did, takes what still comes, and lets go of TCP. */
  async finish(): Promise<void> {
    const { closing, connection } = this;
    if (!this.isOver) {
      if (!closing.testerClosed) await this.sendClose();
      closing.isUnanswered = !(await this.receiveEnd());
    }
    if (closing.peerClose !== null && !closing.testerClosed && !closing.peerEnded) {
      closing.testerClosed = true;
      connection.answersPings = false;
      await this.send([frame(Opcode.CLOSE, closing.peerClose.payload.subarray(0, 2))]);
    }
    // The server is the one to drop TCP first (RFC 6455, 7.1.1).
    if (connection.testerIsServer || !this.isReadable) connection.end();
    if (this.isReadable) await this.receiveDrop();
    connection.destroy();
  }

  /** Waits for the peer to let go of TCP. */
  async receiveDrop(): Promise<void> {
    const deadline = performance.now() + this.timing.timeout;
    while (!this.closing.peerEnded && this.isReadable) {
      if (!(await this.#takeNext(deadline - performance.now()))) return;
    }
  }

  async #takeNext(timeout: number): Promise<boolean> {
    const event = await this.connection.next(timeout);
    if (event === null) return false;
    switch (event.type) {
      case 'violation':
        this.violation = event.rule;
        break;
      case 'excess':
        this.excess = event.what;
        break;
      case 'close':
        this.closing.startedBy ??= 'peer';
        this.closing.peerClose = event;
        break;
      case 'end':
        this.closing.startedBy ??= 'peer';
        this.closing.peerEnded = true;
        break;
      default:
        this.answers.push(event);
    }
    return true;
  }
}
