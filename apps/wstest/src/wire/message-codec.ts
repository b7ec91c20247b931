import { compressMessage, type DeflateAgreement, decompressMessage, slidingWindow } from './deflate.ts';
import { farthestDistance } from './deflate-distance.ts';
import { MAX_MESSAGE } from './tester-limit.ts';

/** A compression extension at work on one connection; messages pass in order, each direction by itself. */
export interface MessageCodec {
  /** The extension's name. */
  readonly name: string;
  compress(message: Buffer): Buffer;
  /** @throws when the octets are not what the extension demands; TesterLimitError when they are too many. */
  decompress(octets: Buffer): Buffer;
}

const NOTHING = Buffer.alloc(0);
/** Compressed octets whose distances are measured on one connection; reading them is the tester's slowest work. */
const MEASURED_OCTETS = 1024 * 1024;

/** permessage-deflate from the tester's seat, strict about the window that the peer agreed to. */
export class DeflateMessageCodec implements MessageCodec {
  readonly name = 'permessage-deflate';
  readonly agreement: DeflateAgreement;
  readonly #own: { readonly windowBits: number; readonly takesOver: boolean };
  readonly #peer: { readonly windowBits: number; readonly takesOver: boolean };
  #sent: Buffer = NOTHING;
  #received: Buffer = NOTHING;
  #measured = 0;

  constructor(agreement: DeflateAgreement, testerIsServer: boolean) {
    this.agreement = agreement;
    const server = { windowBits: agreement.serverWindowBits, takesOver: !agreement.serverNoContextTakeover };
    const client = { windowBits: agreement.clientWindowBits, takesOver: !agreement.clientNoContextTakeover };
    this.#own = testerIsServer ? server : client;
    this.#peer = testerIsServer ? client : server;
  }

  /** Whether our next message may refer to the ones before, and how far back. */
  get own(): { readonly windowBits: number; readonly takesOver: boolean } {
    return this.#own;
  }

  compress(message: Buffer): Buffer {
    const octets = compressMessage(message, this.#sent, this.#own.windowBits);
    this.noteSent(message);
    return octets;
  }

  /** Remembers a message that was compressed elsewhere. */
  noteSent(message: Buffer): void {
    if (this.#own.takesOver) this.#sent = slidingWindow(this.#sent, message, this.#own.windowBits);
  }

  decompress(octets: Buffer): Buffer {
    const message = decompressMessage(octets, this.#received, MAX_MESSAGE);
    if (this.#peer.windowBits < 15 && this.#measured < MEASURED_OCTETS) {
      this.#measured += octets.length;
      const distance = farthestDistance(octets);
      const window = 1 << this.#peer.windowBits;
      if (distance > window) throw new RangeError(`refers ${distance} bytes back, the window is ${window}`);
    }
    if (this.#peer.takesOver) this.#received = slidingWindow(this.#received, message, this.#peer.windowBits);
    return message;
  }
}
