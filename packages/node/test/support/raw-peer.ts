// A peer that a test plays byte by byte, over any stream.
import { createHash } from 'node:crypto';
import { hex } from '@ws/testkit';
import type { ByteStream } from '@ws/types';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** An opening request as RFC 6455, 1.3 shows it. */
export const REQUEST = [
  'GET /chat HTTP/1.1',
  'Host: server.example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: chat, superchat',
  '\r\n',
].join('\r\n');

export class RawPeer {
  readonly stream: ByteStream;
  /** The other end has sent its FIN. */
  readonly ended: Promise<void>;
  readonly #gone: Promise<void>;
  #received = '';
  #wake: (() => void)[] = [];
  #hasEnded = false;

  constructor(stream: ByteStream) {
    this.stream = stream;
    let [onEnd, onGone] = [(): void => {}, (): void => {}];
    this.ended = new Promise(resolve => {
      onEnd = resolve;
    });
    this.#gone = new Promise(resolve => {
      onGone = resolve;
    });
    const wake = (): void => {
      for (const each of this.#wake.splice(0)) each();
    };
    stream.attach({
      onData: bytes => {
        this.#received += Buffer.from(bytes).toString('latin1');
        wake();
      },
      onDrain() {},
      onEnd: () => {
        this.#hasEnded = true;
        onEnd();
        wake();
      },
      onClose: () => {
        this.#hasEnded = true;
        onEnd();
        onGone();
        wake();
      },
    });
  }

  /** What has come so far, each byte a letter. */
  get received(): string {
    return this.#received;
  }

  /** Sends text, or bytes as hex digits. */
  write(data: string | Uint8Array): void {
    this.stream.write(typeof data === 'string' ? Uint8Array.from(Buffer.from(data, 'latin1')) : data);
  }

  end(): void {
    this.stream.end();
  }

  /** Resolves when the other end has left: what ended is ended here too. */
  async left(): Promise<void> {
    await this.ended;
    this.stream.end();
    await this.#gone;
  }

  /** Resolves with the first match in what comes. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#received);
      if (match !== null) return match;
      if (this.#hasEnded) throw new Error(`it ended before ${pattern}: ${JSON.stringify(this.#received)}`);
      await new Promise<void>(resolve => this.#wake.push(resolve));
    }
  }

  /** Resolves when what has come ends with these bytes, given as hex digits. */
  async untilBytes(digits: string): Promise<void> {
    const end = Buffer.from(hex(digits)).toString('latin1');
    while (!this.#received.endsWith(end)) {
      if (this.#hasEnded) throw new Error(`it ended before ${digits}: ${JSON.stringify(this.#received)}`);
      await new Promise<void>(resolve => this.#wake.push(resolve));
    }
  }

  /** As a client: asks, and waits for the answer. What comes then is in {@link received} alone. */
  async open(request: string = REQUEST): Promise<this> {
    this.write(request);
    const { index, 0: end } = await this.until(/\r\n\r\n/);
    this.#received = this.#received.slice(index + end.length);
    return this;
  }

  /** As a server: reads the request, and accepts it. */
  async accept(...lines: string[]): Promise<this> {
    const [, key] = await this.until(/sec-websocket-key: (\S+)\r\n[\s\S]*\r\n\r\n/i);
    this.#received = '';
    const proof = createHash('sha1').update(`${key}${GUID}`).digest('base64');
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    this.write([...head, `Sec-WebSocket-Accept: ${proof}`, ...lines, '\r\n'].join('\r\n'));
    return this;
  }
}
