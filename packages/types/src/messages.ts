import { checkBoolean, checkBytes } from './checks.ts';

// Every runtime has this global, but no ES2022 library declares it.
declare const TextDecoder: new (
  encoding: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

/** A message that was received or is to be sent. */
export abstract class Message {
  /** The payload; of a text message, its UTF-8. */
  abstract readonly payload: Uint8Array;
  abstract readonly isBinary: boolean;
}

/** A message that was received. */
export class IncomingMessage extends Message {
  readonly payload: Uint8Array;
  readonly isBinary: boolean;

  /** @throws TypeError when `payload` is not a Uint8Array or `isBinary` not a boolean */
  constructor(payload: Uint8Array, isBinary = false) {
    super();
    checkBytes('payload', payload);
    checkBoolean('isBinary', isBinary);
    this.payload = payload;
    this.isBinary = isBinary;
  }

  /**
   * The payload decoded as text, also that of a binary message. Decoded anew on each access.
   *
   * @throws TypeError when the payload is not UTF-8
   */
  get text(): string {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.payload);
  }
}

/** A message to send. */
export class OutgoingMessage extends Message {
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
  /** Whether the message must not be compressed, even if compression was negotiated. Default `false`. */
  readonly skipCompress: boolean;

  /** @throws TypeError when `payload` is not a Uint8Array, or another argument is not a boolean */
  constructor(payload: Uint8Array, isBinary = false, skipCompress = false) {
    super();
    checkBytes('payload', payload);
    checkBoolean('isBinary', isBinary);
    checkBoolean('skipCompress', skipCompress);
    this.payload = payload;
    this.isBinary = isBinary;
    this.skipCompress = skipCompress;
  }
}

/** A ping (RFC 6455, 5.5.2). It is a control frame, not a {@link Message}. */
export class Ping {
  readonly payload: Uint8Array | null;

  /**
   * @param payload at most 125 bytes; `null`: none
   * @throws TypeError when `payload` is not a Uint8Array, RangeError when it is too long for a control frame
   */
  constructor(payload: Uint8Array | null = null) {
    if (payload !== null) {
      checkBytes('payload', payload);
      if (payload.length > 125) throw new RangeError('a ping carries at most 125 bytes (RFC 6455, 5.5)');
    }
    this.payload = payload;
  }
}
