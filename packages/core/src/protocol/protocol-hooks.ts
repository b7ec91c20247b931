// Connects the engine to an object of a protocol class: calls its hooks and the listeners that were added to it.

import type { CloseInfo, Platform, Receives } from '@ws/types';
import type { EngineListener } from '../messages/engine-listener.ts';
import { publish } from '../support/publish-event.ts';

/** Hooks may be asynchronous; a rejection fails the connection with 1011. The next event does not wait for it. */
export type HookResult = void | PromiseLike<void>;

/** A function that is called with each message. */
export type MessageListener = (payload: Uint8Array, isBinary: boolean) => HookResult;

/** The hooks of a protocol object, and the methods that settle its promises. */
export interface HookedProtocol {
  readonly platform: Platform;
  onOpen(): HookResult;
  onMessage(payload: Uint8Array, isBinary: boolean): HookResult;
  onMessageBegin(isBinary: boolean): HookResult;
  onMessageFrameBegin(length: number): HookResult;
  onMessageFrameData(chunk: Uint8Array): HookResult;
  onMessageFrameEnd(): HookResult;
  onMessageEnd(): HookResult;
  onPing(payload: Uint8Array): HookResult;
  onPong(payload: Uint8Array): HookResult;
  onAutoPong(latency: number, payload: Uint8Array): HookResult;
  onClosing(): HookResult;
  onClose(wasClean: boolean, code: number | null, reason: string | null): HookResult;
  /** Whether frame hooks are overridden. */
  hasFrameHooks(): boolean;
  settleOpened(): void;
  /** The transport is gone. @returns whether `onClose` is to be called */
  retire(): boolean;
  settleClosed(info: CloseInfo): void;
}

const WHOLE: Receives = { frames: 'none', lentText: false };
const FRAMES: Receives = { frames: 'all', lentText: false };

/** Calls the hooks and the listeners of a protocol object. */
export class ProtocolHooks implements EngineListener {
  /** The object whose hooks are called. Tracing reports it as the connection. */
  readonly subject: HookedProtocol;
  #listeners: Set<MessageListener> | null = null;

  constructor(protocol: HookedProtocol) {
    this.subject = protocol;
  }

  get receives(): Receives {
    return this.subject.hasFrameHooks() ? FRAMES : WHOLE;
  }

  addListener(listener: MessageListener): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  /** @param listener `undefined` removes all */
  removeListener(listener: MessageListener | undefined): void {
    if (listener === undefined) this.#listeners = null;
    else this.#listeners?.delete(listener);
  }

  onOpen(): unknown {
    try {
      return this.subject.onOpen();
    } finally {
      this.subject.settleOpened();
    }
  }

  onMessage(payload: Uint8Array, isBinary: boolean): unknown {
    const { platform } = this.subject;
    if (platform.diagnostics?.hasSubscribers('message')) {
      publish(platform, this.subject, 'message', { payload, isBinary });
    }
    const result = this.subject.onMessage(payload, isBinary);
    return this.#listeners === null ? result : this.#tellListeners(result, payload, isBinary);
  }

  onLentText(): boolean {
    return false;
  }

  onMessageBegin(isBinary: boolean): unknown {
    return this.subject.onMessageBegin(isBinary);
  }

  onMessageFrameBegin(length: number): unknown {
    return this.subject.onMessageFrameBegin(length);
  }

  onMessageData(chunk: Uint8Array): unknown {
    return this.subject.onMessageFrameData(chunk);
  }

  onMessageFrameEnd(): unknown {
    return this.subject.onMessageFrameEnd();
  }

  onMessageEnd(): unknown {
    return this.subject.onMessageEnd();
  }

  onPing(payload: Uint8Array): unknown {
    return this.subject.onPing(payload);
  }

  onPong(payload: Uint8Array): unknown {
    return this.subject.onPong(payload);
  }

  onAutoPong(latency: number, payload: Uint8Array): unknown {
    return this.subject.onAutoPong(latency, payload);
  }

  onClosing(): unknown {
    return this.subject.onClosing();
  }

  onClose(info: CloseInfo): unknown {
    const isToBeTold = this.subject.retire();
    try {
      return isToBeTold ? this.subject.onClose(info.wasClean, info.code, info.reason) : undefined;
    } finally {
      this.subject.settleClosed(info);
    }
  }

  #tellListeners(result: unknown, payload: Uint8Array, isBinary: boolean): unknown {
    // Called in async functions: when one listener throws, the others are still called and rejections are still seen.
    const listeners = [...this.#listeners!].map(async listener => listener(payload, isBinary));
    return Promise.all([result, ...listeners]);
  }
}

/** @throws RangeError for an event that listeners cannot be added for */
export function checkEvent(event: unknown): void {
  if (event !== 'message') throw new RangeError(`there is no event ${String(event)}, only message`);
}
