// Reads what a server sends, and keeps nothing of it: only how many messages came, and how it ended.

const HEAD_END = '\r\n\r\n';

/** The first byte of a Close frame. */
const CLOSE = 0x88;

/** Counts the data frames that come on one connection, behind the answer to the opening handshake. */
export class FrameCounter {
  /** Data frames that have come as a whole. */
  frames = 0;
  /** The code of the Close frame; 0: none has come. */
  closeCode = 0;
  /** The answer's head, until it is there; then `null`. */
  #head: string | null = '';
  readonly #header = Buffer.alloc(10);
  #headerLength = 0;
  /** Bytes of the payload that are still to come. */
  #left = 0;

  /** Whether the opening handshake is done. */
  get isOpen(): boolean {
    return this.#head === null;
  }

  /** @throws Error when the server refuses the connection */
  push(bytes: Buffer): void {
    let at = this.#head === null ? 0 : this.#readHead(bytes);
    while (at < bytes.length) {
      if (this.#left > 0) {
        at += this.#passPayload(bytes, at);
      } else {
        this.#header[this.#headerLength++] = bytes[at++]!;
        this.#readHeader();
      }
    }
  }

  /** @returns where the head ends in these bytes */
  #readHead(bytes: Buffer): number {
    const before = this.#head!.length;
    const text = this.#head! + bytes.toString('latin1');
    const end = text.indexOf(HEAD_END);
    this.#head = end < 0 ? text : null;
    if (end < 0) return bytes.length;
    if (!text.startsWith('HTTP/1.1 101')) throw new Error(`refused: ${text.slice(0, text.indexOf('\r'))}`);
    return end + HEAD_END.length - before;
  }

  #readHeader(): void {
    const header = this.#header;
    if (this.#headerLength < 2) return;
    const short = header[1]!;
    const size = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (this.#headerLength < size) return;
    if (size === 2) this.#left = short;
    else this.#left = size === 4 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
    if (this.#left === 0) this.#endFrame();
  }

  /** @returns how many bytes of the payload are here */
  #passPayload(bytes: Buffer, at: number): number {
    const passed = Math.min(this.#left, bytes.length - at);
    // Servers send a Close frame in one piece: a code that is cut in two is not looked for.
    if (this.#header[0] === CLOSE && this.closeCode === 0 && passed >= 2) this.closeCode = bytes.readUInt16BE(at);
    this.#left -= passed;
    if (this.#left === 0) this.#endFrame();
    return passed;
  }

  #endFrame(): void {
    const opcode = this.#header[0]! & 15;
    if (opcode < 8 && this.#header[0]! >= 0x80) this.frames++;
    this.#headerLength = 0;
  }
}
