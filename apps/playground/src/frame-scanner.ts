// Watches frames go by, as they are on the wire: it judges nothing and changes nothing.

/** A frame as it was seen (RFC 6455, 5.2). */
export interface SeenFrame {
  readonly opcode: number;
  readonly isFinal: boolean;
  /** RSV1: of a message's first frame, that the message is compressed (RFC 7692, 6). */
  readonly isCompressed: boolean;
  readonly isMasked: boolean;
  /** Bytes of payload. */
  readonly length: number;
  /** All bytes of the header, the masking key included. */
  readonly header: Uint8Array;
  /** The first bytes of the payload, unmasked. */
  readonly preview: Uint8Array;
}

/** How much of a payload is kept. */
const PREVIEW_SIZE = 96;
const MAX_HEADER_SIZE = 14;

/** Finds the frames in one direction of a connection, however it is cut into chunks. */
export class FrameScanner {
  readonly #onFrame: (frame: SeenFrame) => void;
  readonly #header: Uint8Array = new Uint8Array(MAX_HEADER_SIZE);
  #headerSize = 0;
  #preview: Uint8Array = new Uint8Array(0);
  #previewSize = 0;
  #length = 0;
  /** Bytes of the payload that have yet to come; -1: the header is not complete. */
  #missing = -1;

  constructor(onFrame: (frame: SeenFrame) => void) {
    this.#onFrame = onFrame;
  }

  /** Takes the next bytes; they stay as they are, and are not kept. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      at = this.#missing < 0 ? this.#readHeader(bytes, at) : this.#readPayload(bytes, at);
      if (this.#missing === 0) this.#finish();
    }
  }

  #readHeader(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length) {
      this.#header[this.#headerSize++] = bytes[at++]!;
      if (this.#headerSize >= 2 && this.#headerSize === headerSizeOf(this.#header[1]!)) {
        this.#begin();
        break;
      }
    }
    return at;
  }

  #begin(): void {
    const view = new DataView(this.#header.buffer);
    const short = this.#header[1]! & 0x7f;
    this.#length = short < 126 ? short : short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
    this.#missing = this.#length;
    this.#preview = new Uint8Array(Math.min(this.#length, PREVIEW_SIZE));
    this.#previewSize = 0;
  }

  #readPayload(bytes: Uint8Array, start: number): number {
    const end = Math.min(bytes.length, start + this.#missing);
    const isMasked = (this.#header[1]! & 0x80) !== 0;
    const key = this.#headerSize - 4;
    for (let at = start; at < end && this.#previewSize < this.#preview.length; at++) {
      const octet = isMasked ? this.#header[key + (this.#previewSize % 4)]! : 0;
      this.#preview[this.#previewSize++] = bytes[at]! ^ octet;
    }
    this.#missing -= end - start;
    return end;
  }

  #finish(): void {
    const [first, second] = this.#header as unknown as [number, number];
    this.#onFrame({
      opcode: first & 0x0f,
      isFinal: (first & 0x80) !== 0,
      isCompressed: (first & 0x40) !== 0,
      isMasked: (second & 0x80) !== 0,
      length: this.#length,
      header: this.#header.slice(0, this.#headerSize),
      preview: this.#preview,
    });
    this.#headerSize = 0;
    this.#missing = -1;
  }
}

/** The size of a header by its second byte. */
function headerSizeOf(second: number): number {
  const length = second & 0x7f;
  return 2 + (length < 126 ? 0 : length === 126 ? 2 : 8) + ((second & 0x80) === 0 ? 0 : 4);
}
