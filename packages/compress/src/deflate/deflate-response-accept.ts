import type { CompressionCodecs } from '@ws/types';
import { PerMessageCompressResponseAccept } from '../per-message-compress.ts';
import { PerMessageDeflateResponse } from './deflate-response.ts';
import { checkOwnDirection, type DeflateOwnDirection } from './own-direction.ts';
import { PerMessageDeflate } from './per-message-deflate.ts';
import { EXTENSION_NAME } from './wire-names.ts';

/** How a client accepts a server's response to its offer of permessage-deflate. None of it is sent to the server. */
export class PerMessageDeflateResponseAccept extends PerMessageCompressResponseAccept {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly response: PerMessageDeflateResponse;
  readonly noContextTakeover: boolean | null;
  readonly windowBits: number | null;
  readonly memLevel: number | null;
  readonly level: number | null;
  readonly maxMessageSize: number | null;
  readonly threshold: number;

  /** @throws TypeError or RangeError when a field is invalid or asks for something that the response does not allow */
  constructor(response: PerMessageDeflateResponse, fields: DeflateOwnDirection = {}) {
    super();
    if (!(response instanceof PerMessageDeflateResponse)) {
      throw new TypeError('response must be a PerMessageDeflateResponse');
    }
    const own = checkOwnDirection(fields, response.clientNoContextTakeover, response.clientMaxWindowBits);
    this.response = response;
    this.noContextTakeover = own.noContextTakeover;
    this.windowBits = own.windowBits;
    this.memLevel = own.memLevel;
    this.level = own.level;
    this.maxMessageSize = own.maxMessageSize;
    this.threshold = own.threshold;
  }

  override createCompression(codecs: CompressionCodecs): PerMessageDeflate {
    return PerMessageDeflate.createFromResponseAccept(false, this, codecs);
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return {
      extension: EXTENSION_NAME,
      response: this.response.toJSON(),
      noContextTakeover: this.noContextTakeover,
      windowBits: this.windowBits,
      memLevel: this.memLevel,
      level: this.level,
      threshold: this.threshold,
    };
  }
}
