export { type AcceptOverOptions, acceptOver } from './accept-over.ts';
export type { Cancellable } from './cancellable.ts';
export { type ConnectOverOptions, connectOver } from './connect-over.ts';
export { type SendMessageOptions, WebSocketConnection } from './connection.ts';
export type { ConnectionOptions } from './connection-options.ts';
export { Endpoint } from './endpoint.ts';
export {
  ConnectionClosed,
  ConnectionRejected,
  ConnectionTimeout,
  DisconnectionTimeout,
  HandshakeError,
  type HandshakeErrorCode,
} from './errors.ts';
export type { Received } from './incoming.ts';
export type { OutgoingData } from './outbox.ts';
export type { Attempt, RetryOptions } from './reconnecting.ts';
export { type AcceptOptions, type RejectOptions, WebSocketRequest } from './request.ts';
export { type ServeOverOptions, serveOver, type WebSocketHandler } from './service.ts';
export type { MessageStreams } from './web-streams.ts';
