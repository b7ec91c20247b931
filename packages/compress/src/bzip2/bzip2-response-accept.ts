import type { CompressionCodecs } from '@ws/types';
import { PerMessageCompressResponseAccept } from '../per-message-compress.ts';
import { PerMessageBzip2Response } from './bzip2-response.ts';
import { type Bzip2OwnDirection, checkOwnDirection } from './own-direction.ts';
import { PerMessageBzip2 } from './per-message-bzip2.ts';
import { EXTENSION_NAME } from './wire-names.ts';

/** How a client accepts a server's response to its offer of permessage-bzip2. None of it is sent to the server. */
export class PerMessageBzip2ResponseAccept extends PerMessageCompressResponseAccept {
  static readonly EXTENSION_NAME: string = EXTENSION_NAME;
  readonly extensionName: string = EXTENSION_NAME;
  readonly response: PerMessageBzip2Response;
  readonly compressLevel: number | null;
  readonly maxMessageSize: number | null;
  readonly threshold: number;

  /** @throws TypeError or RangeError when a field is invalid or asks for something that the response does not allow */
  constructor(response: PerMessageBzip2Response, fields: Bzip2OwnDirection = {}) {
    super();
    if (!(response instanceof PerMessageBzip2Response)) {
      throw new TypeError('response must be a PerMessageBzip2Response');
    }
    const own = checkOwnDirection(fields, response.clientMaxCompressLevel);
    this.response = response;
    this.compressLevel = own.compressLevel;
    this.maxMessageSize = own.maxMessageSize;
    this.threshold = own.threshold;
  }

  override createCompression(codecs: CompressionCodecs): PerMessageBzip2 {
    return PerMessageBzip2.createFromResponseAccept(false, this, codecs);
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { extension: EXTENSION_NAME, response: this.response.toJSON(), compressLevel: this.compressLevel };
  }
}
