// What an endpoint is given: who it is, whom it tells, and how the connection begins.

import type { Platform } from '@ws/types';
import type { CloseInfo } from '../closing/close-info.ts';
import type { ClosingActions } from '../closing/closing-handshake.ts';
import type { FrameWriterListener } from '../frames/frame-writer.ts';
import type { DeliveryListener, FrameTarget, MessageHooks } from '../messages/delivery.ts';
import type { FrameReaderActions } from '../messages/frame-reader.ts';
import type { Side } from './connection-rules.ts';
import type { KeepaliveActions } from './keepalive.ts';

/** Hooks that are called as they are. */
export interface ControlHooks {
  onPing(payload: Uint8Array): unknown;
  onPong(payload: Uint8Array): unknown;
  onAutoPong(latency: number, payload: Uint8Array): unknown;
  /** Nothing can be sent any more. */
  onClosing(): unknown;
}

/** Who an endpoint is, and what it calls: the application, through its protocol class. */
export interface EndpointSetup extends MessageHooks {
  /** The application's object; also what tracing sees as the connection. */
  readonly protocol: FrameTarget & ControlHooks & Side & { readonly platform: Platform };
  onOpen(): unknown;
  /** The connection is gone: called once, last. */
  onClose(info: CloseInfo): unknown;
}

/** What the parts of an endpoint tell it, and ask of it. */
export type EndpointParts = ClosingActions &
  DeliveryListener &
  FrameReaderActions &
  FrameWriterListener &
  KeepaliveActions;

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
