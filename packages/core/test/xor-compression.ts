// A compression extension that is easy to see through: each byte inverted, 2e at the end of a message.

import type {
  CompressionExtension,
  CompressionOffer,
  CompressionOfferAccept,
  CompressionOfferAcceptor,
  CompressionResponseAccept,
  MessageCompression,
} from '@ws/types';
import { DecompressionError } from '@ws/types';
import { REQUEST } from './harness.ts';

export interface XorSetup {
  readonly threshold?: number;
  readonly sharedKey?: string | null;
  readonly maxMessageSize?: number;
}

/** What was closed: to see that codecs are freed. */
export class XorCompression implements MessageCompression {
  readonly extensionName = 'x-xor';
  readonly threshold: number;
  readonly maxMessageSize: number;
  readonly sharedKey: string | null;
  closed = 0;
  compressed = 0;
  readonly #memory = new Uint8Array(200_000);

  constructor({ threshold = 0, sharedKey = null, maxMessageSize = 0 }: XorSetup) {
    this.threshold = threshold;
    this.sharedKey = sharedKey;
    this.maxMessageSize = maxMessageSize;
  }

  compress(bytes: Uint8Array, isFinal: boolean): Uint8Array {
    if (isFinal) this.compressed++;
    bytes.forEach((byte, i) => {
      this.#memory[i] = byte ^ 0xff;
    });
    this.#memory[bytes.length] = 0x2e;
    return this.#memory.subarray(0, bytes.length + (isFinal ? 1 : 0));
  }

  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
    if (isFinal && bytes.at(-1) !== 0x2e) throw new DecompressionError('ERR_COMPRESSED_DATA', 'no end');
    const data = isFinal ? bytes.subarray(0, -1) : bytes;
    if (data.length > maxLength) throw new DecompressionError('ERR_MESSAGE_TOO_BIG', 'too long');
    return data.map(byte => byte ^ 0xff);
  }

  close(): void {
    this.closed++;
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return { extension: 'x-xor' };
  }
}

export interface XorExtension {
  readonly accept: CompressionOfferAcceptor;
  readonly offer: CompressionOffer;
  readonly extension: CompressionExtension;
  /** An upgrade request that offers it. */
  readonly request: string;
  /** Every processor that was made. */
  readonly made: XorCompression[];
}

export function xorCompression(setup: XorSetup = {}): XorExtension {
  const made: XorCompression[] = [];
  const createCompression = (): MessageCompression => {
    const compression = new XorCompression(setup);
    made.push(compression);
    return compression;
  };
  const accepted: CompressionOfferAccept & CompressionResponseAccept = {
    extensionName: 'x-xor',
    getExtensionString: () => 'x-xor',
    createCompression,
  };
  const extension: CompressionExtension = {
    extensionName: 'x-xor',
    parseOffer(params) {
      if ('bad' in params) throw new RangeError('a bad offer');
      return offer;
    },
    parseResponse(params) {
      if ('bad' in params) throw new RangeError('a bad response');
      return { extensionName: 'x-xor' };
    },
  };
  const offer: CompressionOffer = {
    extensionName: 'x-xor',
    getExtensionString: () => 'x-xor',
    extension,
    acceptResponse: () => accepted,
  };
  const accept: CompressionOfferAcceptor = Object.assign(() => accepted, { extensions: [extension] });
  const request = REQUEST.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: x-xor\r\n\r\n');
  return { accept, offer, extension, request, made };
}
