export type { CloseInfo, ConnectionState, TimeoutName } from '@ws/types';
export { type CloseRule, checkClose, isWireCloseCode, MAX_CLOSE_REASON } from './closing/close-check.ts';
export type { Producer } from './engine/producer.ts';
export {
  ConnectionRejected,
  ConnectionTimeout,
  HandshakeError,
  type HandshakeErrorCode,
  type HandshakeErrorOptions,
} from './errors/handshake-error.ts';
export { ProtocolError, type ProtocolErrorCode } from './errors/protocol-error.ts';
export { ClosedError, UsageError, type UsageErrorCode } from './errors/usage-error.ts';
export { DecodedPart } from './frames/decoded-part.ts';
export { FrameDecoder } from './frames/frame-decoder.ts';
export { frameHeaderLength, MAX_FRAME_HEADER, writeFrameHeader } from './frames/frame-header.ts';
export type { FrameDecoderPorts, FrameDecoderRules } from './frames/frame-rules.ts';
export { Opcode } from './frames/opcode.ts';
export type { ProxyParameters } from './handshake/client-opening.ts';
export { type HeaderLine, handshakeHeaders } from './handshake/http-message.ts';
export type { ConnectAnswer } from './handshake/server-opening.ts';
export type { EngineListener } from './messages/engine-listener.ts';
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
export { type ClientAttempt, type OpenedTransport, openTransport } from './ports/engine-client.ts';
export { EngineRequest, type EngineRequestListener } from './ports/engine-request.ts';
export { transportOf } from './ports/engine-transport.ts';
export {
  type AcceptedConnection,
  ConnectionAcceptor,
  type ServerSession,
  type UpgradedHead,
} from './protocol/acceptor.ts';
export { WebSocketClientFactory } from './protocol/client-factory.ts';
export { WebSocketClientProtocol } from './protocol/client-protocol.ts';
export { type ClientSession, Connector } from './protocol/connector.ts';
export type { SessionParameters, WebSocketFactory } from './protocol/factory.ts';
export type { WebSocketProtocol } from './protocol/protocol.ts';
export type { HookResult, MessageListener } from './protocol/protocol-hooks.ts';
export { WebSocketServerFactory } from './protocol/server-factory.ts';
export { WebSocketServerProtocol } from './protocol/server-protocol.ts';
export type { TrafficStats } from './support/traffic-stats.ts';
