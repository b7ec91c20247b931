export { CloseCode } from './close-code.ts';
export type { HeaderInit, Headers } from './headers.ts';
export type {
  AbortSignalLike,
  ByteStream,
  ByteStreamHandler,
  Dialer,
  DialTarget,
} from './ports/byte-stream.ts';
export type {
  Bzip2Codec,
  Bzip2Parameters,
  Compressor,
  DecompressionErrorCode,
  Decompressor,
  DeflateCodec,
  DeflateParameters,
} from './ports/codecs.ts';
export { DecompressionError } from './ports/codecs.ts';
export type {
  CompressionCodecs,
  CompressionExtension,
  CompressionOffer,
  CompressionOfferAccept,
  CompressionOfferAcceptor,
  CompressionResponse,
  CompressionResponseAccept,
  CompressionResponseAcceptor,
  ExtensionParams,
  MessageCompression,
} from './ports/compression-extension.ts';
export type {
  Clock,
  Diagnostics,
  DiagnosticsEvent,
  Digest,
  Logger,
  LogLevel,
  Masker,
  Platform,
  Random,
  ReceiveBuffer,
  TextUnmasker,
  Timer,
  Utf8Validator,
} from './ports/platform.ts';
export { UTF8_ACCEPT, UTF8_REJECT } from './ports/platform.ts';
