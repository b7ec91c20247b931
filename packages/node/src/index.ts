export { WebSocketClientProtocol, WebSocketServerProtocol } from '@ws/core';
export { type ConnectOptions, connectWS, ProxyError, type ProxyErrorCode } from './connect.ts';
export { createDialer, type DialOptions } from './dial.ts';
export { WebSocketClientFactory, WebSocketServerFactory } from './factories.ts';
export { type ListenOptions, listenWS } from './listen.ts';
export { type CloseOptions, ListeningPort } from './listening-port.ts';
export { ConnectError, type ConnectErrorCode, ListenError, type ListenErrorCode } from './net-error.ts';
export { nodePlatform } from './platform.ts';
export { socketStream } from './socket-stream.ts';
