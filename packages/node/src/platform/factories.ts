import { bzip2Extension } from '@ws/compress/bzip2';
import { deflateExtension } from '@ws/compress/deflate';
import {
  type ClientSession,
  WebSocketClientFactory as CoreClientFactory,
  WebSocketServerFactory as CoreServerFactory,
  type ServerSession,
} from '@ws/core';
import type { CompressionExtension, Platform } from '@ws/types';
import { nodePlatform } from './platform.ts';

/** Extensions that a session knows if it names no others. The protocol options decide whether one is used. */
const EXTENSIONS: readonly CompressionExtension[] = [deflateExtension, bzip2Extension];

/** The core's factory of server connections, on Node's platform by default. */
export class WebSocketServerFactory extends CoreServerFactory {
  constructor(session: ServerSession = {}, platform: Platform = nodePlatform) {
    super({ extensions: EXTENSIONS, ...session }, platform);
  }
}

/** The core's factory of client connections, on Node's platform by default. */
export class WebSocketClientFactory extends CoreClientFactory {
  constructor(session: ClientSession = {}, platform: Platform = nodePlatform) {
    super({ extensions: EXTENSIONS, ...session }, platform);
  }
}
