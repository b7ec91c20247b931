export { WebSocketClientProtocol, WebSocketServerProtocol } from '@ws/core';
export { type ClientAgent, createClientAgent, type OpenOptions } from './agent.ts';
export { type ConnectOptions, connectWS, ProxyError, type ProxyErrorCode } from './connect.ts';
export { createDialer, type DialOptions } from './dial.ts';
export { WebSocketClientFactory, WebSocketServerFactory } from './factories.ts';
export { connectHttp2 } from './http2-client.ts';
export { handleHttp2Stream } from './http2-server.ts';
export { type ListenOptions, listenWS } from './listen.ts';
export { type CloseOptions, ListeningPort } from './listening-port.ts';
export { type AttachableServer, type AttachOptions, attach, handleUpgrade } from './mount.ts';
export { ConnectError, type ConnectErrorCode, ListenError, type ListenErrorCode } from './net-error.ts';
export { USES_NVX } from './nvx.ts';
export type { KeepaliveOptions, OpenTarget, OpenWebSocketOptions } from './open-once.ts';
export { openWebSocket } from './open-web-socket.ts';
export { nodePlatform } from './platform.ts';
export type { Attempt, ReconnectOptions } from './reconnecting.ts';
export {
  type ServeOptions,
  type ServerCloseOptions,
  serveWebSocket,
  type WebSocketHandler,
  WebSocketServer,
} from './serve-web-socket.ts';
export { socketStream } from './socket-stream.ts';
export { createWebSocketStream, type PullConnection, type WebSocketStreamOptions } from './web-socket-stream.ts';
export {
  type OnStream,
  type WrappingOptions,
  WrappingWebSocketClientFactory,
  WrappingWebSocketServerFactory,
} from './wrapping.ts';
export { zlibCodec } from './zlib-codec.ts';
