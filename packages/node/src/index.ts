export type { Attempt } from '@ws/connection';
export { transportOf, WebSocketClientProtocol, WebSocketServerProtocol } from '@ws/core';
export {
  createWebSocketStream,
  type PullConnection,
  type WebSocketStreamOptions,
} from './adapters/web-socket-stream.ts';
export {
  type OnStream,
  type WrappingOptions,
  WrappingWebSocketClientFactory,
  WrappingWebSocketServerFactory,
} from './adapters/wrapping.ts';
export { type ClientAgent, createClientAgent, type OpenOptions } from './client/agent.ts';
export { type ConnectOptions, connectWS, ProxyError, type ProxyErrorCode } from './client/connect.ts';
export { createDialer, type DialOptions } from './client/dial.ts';
export {
  type KeepaliveOptions,
  type OpenTarget,
  type OpenWebSocketOptions,
  openWebSocket,
  type ReconnectOptions,
} from './client/open-web-socket.ts';
export { connectHttp2 } from './http2/http2-client.ts';
export { handleHttp2Stream } from './http2/http2-server.ts';
export { USES_NVX } from './native/nvx.ts';
export { WebSocketClientFactory, WebSocketServerFactory } from './platform/factories.ts';
export { nodePlatform } from './platform/platform.ts';
export { type AttachableServer, type AttachOptions, attach, handleUpgrade } from './server/attach.ts';
export { type ListenOptions, listenWS } from './server/listen.ts';
export { type CloseOptions, ListeningPort } from './server/listening-port.ts';
export {
  type ServeOptions,
  type ServerCloseOptions,
  serveWebSocket,
  type WebSocketHandler,
  WebSocketServer,
} from './server/serve-web-socket.ts';
export { socketStream } from './streams/socket-stream.ts';
export { ConnectError, type ConnectErrorCode, ListenError, type ListenErrorCode } from './support/net-error.ts';
export { zlibCodec } from './zlib/zlib-codec.ts';
