export {
  type ConnectionSetup,
  type SendMessageOptions,
  WebSocketConnection,
} from './connection.ts';
export { Endpoint } from './endpoint.ts';
export { PullClientProtocol, PullServerProtocol } from './engine.ts';
export {
  ConnectionClosed,
  ConnectionRejected,
  ConnectionTimeout,
  DisconnectionTimeout,
  HandshakeError,
} from './errors.ts';
export type { Received } from './incoming.ts';
export type { OutgoingData } from './outbox.ts';
export {
  type AcceptOverOptions,
  acceptBy,
  acceptOver,
  asHandshakeError,
  type ConnectionOptions,
  type ConnectOverOptions,
  checkLimits,
  clientConnection,
  clientFactory,
  connectBy,
  connectOver,
  serverFactory,
} from './over.ts';
export { type AcceptOptions, type RejectOptions, WebSocketRequest } from './request.ts';
export { type ServeOverOptions, serveOver, type WebSocketHandler, WebSocketService } from './service.ts';
export { type Cancellable, orAborted } from './signals.ts';
export type { MessageStreams } from './web-streams.ts';
