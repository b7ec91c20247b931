import {
  type ClientSession,
  WebSocketClientFactory as CoreClientFactory,
  WebSocketServerFactory as CoreServerFactory,
  type ServerSession,
} from '@ws/core';
import type { Platform } from '@ws/types';
import { nodePlatform } from './platform.ts';

/** The core's factory of server connections, on Node's platform by default. */
export class WebSocketServerFactory extends CoreServerFactory {
  constructor(session?: ServerSession, platform: Platform = nodePlatform) {
    super(session, platform);
  }
}

/** The core's factory of client connections, on Node's platform by default. */
export class WebSocketClientFactory extends CoreClientFactory {
  constructor(session?: ClientSession, platform: Platform = nodePlatform) {
    super(session, platform);
  }
}
