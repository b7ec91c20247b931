import { checkBoolean, checkBytes } from './checks.ts';

// A global of every runtime, but in no ES2022 library.
declare const TextDecoder: new (
  encoding: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

/** A message, of either direction. */
export abstract class Message {
  /** Of a text message the UTF-8. */
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
   * The payload as text, decoded anew each time; of a binary message too.
   *
   * @throws TypeError when it is not UTF-8
   */
  get text(): string {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.payload);
  }
}

/** A message to send. */
export class OutgoingMessage extends Message {
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
  /** Never to be compressed, whatever was agreed on. */
  readonly skipCompress: boolean;

  /** @throws TypeError when `payload` is not a Uint8Array, or another not a boolean */
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

/** A ping (RFC 6455, 5.5.2). Not a message. */
export class Ping {
  readonly payload: Uint8Array | null;

  /**
   * @param payload at most 125 bytes; `null`: none
   * @throws TypeError when it is not a Uint8Array, RangeError when it is too long for a control frame
   */
  constructor(payload: Uint8Array | null = null) {
    if (payload !== null) {
      checkBytes('payload', payload);
      if (payload.length > 125) throw new RangeError('a ping carries at most 125 bytes (RFC 6455, 5.5)');
    }
    this.payload = payload;
  }
}
