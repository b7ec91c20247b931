export type { CloseInfo, ConnectionState, TimeoutName } from './closing/close-info.ts';
export { isWireCloseCode, MAX_CLOSE_REASON } from './closing/close-payload.ts';
export type { Producer } from './engine/producer.ts';
export { HandshakeError, type HandshakeErrorCode } from './errors/handshake-error.ts';
export { ProtocolError, type ProtocolErrorCode } from './errors/protocol-error.ts';
export { ClosedError, UsageError, type UsageErrorCode } from './errors/usage-error.ts';
export { FrameDecoder, type FrameDecoderPorts, type FrameDecoderRules, Piece } from './frames/frame-decoder.ts';
export { frameHeaderLength, MAX_FRAME_HEADER, writeFrameHeader } from './frames/frame-header.ts';
export { Opcode } from './frames/opcode.ts';
export { type HeaderLine, handshakeHeaders } from './handshake/http-message.ts';
export type { ConnectAnswer } from './handshake/server-opening.ts';
export type { PreparedSendOptions, SendOptions } from './messages/message-sender.ts';
export type { PreparedMessage } from './messages/prepared-message.ts';
export {
  CLIENT_OPTIONS,
  type ClientOptions,
  type CommonOptions,
  type OptionRow,
  type Partially,
  SERVER_OPTIONS,
  type ServerOptions,
} from './options/options.ts';
export { type ClientSession, type ProxyParameters, WebSocketClientFactory } from './protocol/client-factory.ts';
export { WebSocketClientProtocol } from './protocol/client-protocol.ts';
export type { SessionParameters, WebSocketFactory } from './protocol/factory.ts';
export type { HookResult, MessageListener, WebSocketProtocol } from './protocol/protocol.ts';
export { type ServerSession, WebSocketServerFactory } from './protocol/server-factory.ts';
export { type UpgradedHead, WebSocketServerProtocol } from './protocol/server-protocol.ts';
export type { TrafficStats } from './support/traffic-stats.ts';
