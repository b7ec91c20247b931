// What an endpoint is given: who it is, whom it tells, and how the connection begins.

import type { Platform } from '@ws/types';
import type { CloseInfo } from './close-info.ts';
import type { MessageHooks } from './delivery.ts';
import type { FrameHooks, Role } from './role-rules.ts';

/** What an endpoint calls: the application, through its protocol class. */
export interface EndpointHooks extends MessageHooks {
  onOpen(): unknown;
  onPing(payload: Uint8Array): unknown;
  onPong(payload: Uint8Array): unknown;
  onAutoPong(latency: number, payload: Uint8Array): unknown;
  /** Nothing can be sent any more. */
  onClosing(): unknown;
  /** The connection is gone: called once, last. */
  onClose(info: CloseInfo): unknown;
  /** What tracing sees as the connection. */
  readonly protocol: object;
}

/** The opening handshake, as long as it lasts. */
export interface Opening {
  /** The transport is there. */
  start(): void;
  onData(bytes: Uint8Array): void;
  /** Something went wrong before it was done. */
  onFailed(error: unknown): void;
  /** The transport is gone before it was done. */
  onGone(info: CloseInfo): void;
}

/** What an {@link Endpoint} is made of. */
export interface EndpointSetup {
  readonly role: Role;
  readonly hooks: EndpointHooks;
  readonly platform: Platform;
  readonly frameHooks: FrameHooks;
}
