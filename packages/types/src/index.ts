export { CloseCode } from './close-code.ts';
export { CloseReason } from './close-reason.ts';
export { ConnectingRequest, type ConnectingRequestFields } from './connecting-request.ts';
export { ConnectionAccept } from './connection-accept.ts';
export { ConnectionDeny } from './connection-deny.ts';
export { ConnectionRequest, type ConnectionRequestFields, type RequestedExtension } from './connection-request.ts';
export { ConnectionResponse, type ConnectionResponseFields, type ExtensionInUse } from './connection-response.ts';
export type { CloseInfo, ConnectionState, TimeoutName } from './connection-state.ts';
export type { HeaderInit, Headers } from './headers.ts';
export type {
  AgentOpenOptions,
  IWebSocketChannel,
  IWebSocketClientAgent,
  IWebSocketClientChannel,
  IWebSocketClientChannelFactory,
  IWebSocketServerChannel,
  IWebSocketServerChannelFactory,
  ServerAnswer,
} from './interfaces.ts';
export { IncomingMessage, Message, OutgoingMessage, Ping } from './messages.ts';
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
export { DECOMPRESSION_STEP, DecompressionError } from './ports/codecs.ts';
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
  MessageTransport,
  MessageTransportListener,
  PreparedPayload,
  Receives,
  TransportPreparedOptions,
  TransportSendOptions,
} from './ports/message-transport.ts';
export type { OpeningAccept, OpeningReject, OpeningRequest } from './ports/opening-request.ts';
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
  TextCodec,
  TextUnmasker,
  Timer,
  Utf8Validator,
} from './ports/platform.ts';
export { UTF8_ACCEPT, UTF8_REJECT } from './ports/platform.ts';
export { reasonPhrase } from './reason-phrase.ts';
export {
  type ChannelBinding,
  ChannelFraming,
  ChannelSerializer,
  ChannelType,
  type MarshalledTransportDetails,
  TransportDetails,
  type TransportDetailsFields,
} from './transport-details.ts';
