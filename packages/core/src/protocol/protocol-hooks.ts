import type { CloseInfo } from '../closing/close-info.ts';
import type { EndpointSetup } from '../engine/engine-listener.ts';
import { publish } from '../support/publish-event.ts';
import type { MessageListener, WebSocketProtocol } from './protocol.ts';

/** Calls the hooks of a protocol object, and those who listen to it. */
export class ProtocolHooks implements EndpointSetup {
  /** The object whose hooks are called; also what tracing sees as the connection. */
  readonly protocol: WebSocketProtocol;
  #listeners: Set<MessageListener> | null = null;

  constructor(protocol: WebSocketProtocol) {
    this.protocol = protocol;
  }

  addListener(listener: MessageListener): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  /** @param listener `undefined`: all */
  removeListener(listener: MessageListener | undefined): void {
    if (listener === undefined) this.#listeners = null;
    else this.#listeners?.delete(listener);
  }

  onOpen(): unknown {
    try {
      return this.protocol.onOpen();
    } finally {
      this.protocol.settleOpened();
    }
  }

  onMessage(payload: Uint8Array, isBinary: boolean): unknown {
    if (this.#isTraced()) publish(this.protocol, 'message', { payload, isBinary });
    const result = this.protocol.onMessage(payload, isBinary);
    return this.#listeners === null ? result : this.#tellListeners(result, payload, isBinary);
  }

  onLentText(source: Uint8Array, start: number, end: number): boolean {
    // Whoever else is to be told is given bytes to keep.
    return this.#listeners === null && !this.#isTraced() && this.protocol.onLentText(source, start, end);
  }

  onClose(info: CloseInfo): unknown {
    const isToBeTold = this.protocol.leave();
    try {
      return isToBeTold ? this.protocol.onClose(info.wasClean, info.code, info.reason) : undefined;
    } finally {
      this.protocol.settleClosed(info);
    }
  }

  /** Whether somebody listens to messages for tracing: asked first, so that what is not heard of is not made. */
  #isTraced(): boolean | undefined {
    return this.protocol.platform.diagnostics?.hasSubscribers('message');
  }

  #tellListeners(result: unknown, payload: Uint8Array, isBinary: boolean): unknown {
    // Async, so that one that throws keeps neither the others from hearing nor a rejection from being heard.
    const listeners = [...this.#listeners!].map(async listener => listener(payload, isBinary));
    return Promise.all([result, ...listeners]);
  }
}

/** @throws RangeError for an event that listeners cannot be added for */
export function checkEvent(event: unknown): void {
  if (event !== 'message') throw new RangeError(`there is no event ${String(event)}, only message`);
}
