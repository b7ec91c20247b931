// Exports for adapters, which bind the pull API to a transport or a runtime. `@ws/node` is built from them.

export { cancellable, orAborted, throwIfAborted } from '@ws/util/primitives';
export { RequestAcceptor, type RequestListener } from './accept-over.ts';
export {
  type ConnectedStream,
  clientConnector,
  connectBy,
  type Dialling,
} from './connect-over.ts';
export type { ConnectionSetup } from './connection.ts';
export {
  type ConnectionLimits,
  checkLimits,
  checkProtocolOptions,
  connectionLimits,
  engineOptions,
  isLimited,
} from './connection-options.ts';
export {
  createReconnecting,
  type Fresh,
  type Opener,
  type OpenerOptions,
  type Reconnecting,
  type ReconnectingOptions,
} from './reconnecting.ts';
export type { RequestSetup } from './request.ts';
export { WebSocketService } from './service.ts';
