export { type ClientSession, type ProxyParameters, WebSocketClientFactory } from './client-factory.ts';
export { WebSocketClientProtocol } from './client-protocol.ts';
export type { CloseInfo, ConnectionState, TimeoutName } from './close-info.ts';
export { isWireCloseCode, MAX_CLOSE_REASON } from './close-payload.ts';
export type { SessionParameters, WebSocketFactory } from './factory.ts';
export { FrameDecoder, type FrameDecoderPorts, type FrameDecoderRules, Piece } from './frame-decoder.ts';
export { frameHeaderLength, MAX_FRAME_HEADER, writeFrameHeader } from './frame-header.ts';
export { HandshakeError, type HandshakeErrorCode } from './handshake/handshake-error.ts';
export { type HeaderLine, handshakeHeaders } from './handshake/http-message.ts';
export type { PreparedSendOptions, SendOptions } from './message-sender.ts';
export { Opcode } from './opcode.ts';
export {
  CLIENT_OPTIONS,
  type ClientOptions,
  type CommonOptions,
  type OptionRow,
  type Partially,
  SERVER_OPTIONS,
  type ServerOptions,
} from './options.ts';
export type { PreparedMessage } from './prepared-message.ts';
export type { Producer } from './producer.ts';
export type { HookResult, MessageListener, WebSocketProtocol } from './protocol.ts';
export { ProtocolError, type ProtocolErrorCode } from './protocol-error.ts';
export { type ServerSession, WebSocketServerFactory } from './server-factory.ts';
export type { ConnectAnswer } from './server-opening.ts';
export { type UpgradedHead, WebSocketServerProtocol } from './server-protocol.ts';
export type { TrafficStats } from './traffic-stats.ts';
export { ClosedError, UsageError, type UsageErrorCode } from './usage-error.ts';
