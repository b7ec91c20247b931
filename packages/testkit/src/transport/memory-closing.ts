import { CloseCode, type CloseInfo, type ConnectionState } from '@ws/types';
import { checkInteger, checkString } from '@ws/types/checks';
import { decodeText, textByteLength, truncateText } from '@ws/util/primitives';

/** Content of a Close frame. */
export interface CloseWords {
  readonly code: number | null;
  readonly reason: string | null;
}

/** Closing state of one end of a connection in memory. */
export class MemoryClosing {
  #state: ConnectionState = 'open';
  #stage: 'open' | 'closing' = 'open';
  #closedBy: CloseInfo['closedBy'] | null = null;
  #local: CloseWords | null = null;
  #remote: CloseWords | null = null;
  #error: unknown = null;

  get state(): ConnectionState {
    return this.#state;
  }

  /** Code and reason of the Close frame that began the closing; 1006 when there was none. */
  get beginning(): CloseWords {
    const first = this.#closedBy === 'local' ? this.#local : this.#closedBy === 'remote' ? this.#remote : null;
    return first ?? { code: CloseCode.ABNORMAL_CLOSURE, reason: null };
  }

  /** Sets the side that began to close. Only the first call counts. */
  beginBy(who: CloseInfo['closedBy']): void {
    this.#closedBy ??= who;
  }

  /** Records that our Close frame was sent. */
  send(words: CloseWords): void {
    this.beginBy('local');
    this.#local = words;
    this.#leave('closing');
  }

  /** Records that the peer's Close frame arrived. */
  receive(words: CloseWords): void {
    this.beginBy('remote');
    this.#remote = words;
  }

  /** Records an error. The first one is reported. */
  failBy(error: unknown): void {
    this.#error ??= error;
  }

  /** Records that the connection is gone. Returns how it ended. */
  end(): CloseInfo {
    this.#leave('closed');
    const words = this.#local === null ? null : this.#remote;
    return {
      wasClean: words !== null,
      code: words === null ? CloseCode.ABNORMAL_CLOSURE : words.code,
      reason: words === null ? `closed uncleanly: ${this.#unclean()}` : words.reason,
      closedBy: this.#closedBy ?? 'transport',
      stage: this.#stage,
      localCode: this.#local?.code ?? null,
      localReason: this.#local?.reason ?? null,
      timeout: null,
      error: this.#error,
    };
  }

  #unclean(): string {
    if (this.#error instanceof Error) return this.#error.message;
    return this.#closedBy === 'local' ? 'it was dropped' : 'the peer dropped it';
  }

  #leave(next: 'closing' | 'closed'): void {
    if (this.#state === 'open' || this.#state === 'closing') this.#stage = this.#state;
    this.#state = next;
  }
}

/** Checks the code and reason of a Close frame to send (RFC 6455, 7.4 and 5.5). @throws TypeError, RangeError */
export function checkClose({ code, reason }: CloseWords): void {
  if (reason !== null) checkString('close reason', reason);
  if (code !== null) checkInteger('close code', code, 1000, 4999);
  if (code === null && reason !== null) throw new RangeError('a close reason needs a close code');
  if (code !== null && !isWireCode(code)) throw new RangeError(`close code ${code} may not stand in a Close frame`);
  if (reason !== null && textByteLength(reason) > 123) throw new RangeError('a close reason has at most 123 bytes');
}

/** Whether a code is allowed in a Close frame. */
function isWireCode(code: unknown): code is number {
  if (typeof code !== 'number' || !Number.isInteger(code)) return false;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/**
 * The Close frame of a failed connection: the `closeCode` and the message of the error if it has an allowed `closeCode`, else
 * 1011.
 */
export function failureWords(error: unknown): CloseWords {
  const code = (error as { closeCode?: unknown } | null | undefined)?.closeCode;
  if (!isWireCode(code)) return { code: CloseCode.INTERNAL_ERROR, reason: null };
  const message = error instanceof Error ? error.message : '';
  return { code, reason: message === '' ? null : decodeText(truncateText(message, 123)) };
}
