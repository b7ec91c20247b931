// A MessagePort as a stream of bytes: WebSockets between a page and its worker, or between threads of Node.

/** Bytes that may be on their way before the other side must say that it took some. */
const WINDOW = 65_536;

const END = 'end';
const GONE = 'gone';

/** @implements {ByteStream} @import { ByteStream, ByteStreamHandler } from '@ws/types' */
export class MessagePortStream {
  #port;
  /** @type {ByteStreamHandler | null} */
  #handler = null;
  /** What has arrived and is not delivered: bytes, or END. @type {(Uint8Array | typeof END)[]} */
  #incoming = [];
  /** What waits for credit. @type {Uint8Array[]} */
  #outgoing = [];
  #credit = WINDOW;
  #isPaused = false;
  #hasEnded = false;
  #peerHasEnded = false;
  #isClosed = false;

  /** @param {MessagePort} port nobody else listens to it */
  constructor(port) {
    this.#port = port;
  }

  /** @param {ByteStreamHandler} handler */
  attach(handler) {
    this.#handler = handler;
    this.#port.addEventListener('message', event => this.#receive(event.data));
    // Where the port tells that the other thread is gone; a stream that is destroyed says so itself.
    this.#port.addEventListener('close', () => {
      if (!this.#peerHasEnded && !this.#incoming.includes(END)) this.#close(new Error('the port was closed'));
    });
    this.#port.start();
  }

  /** @param {Uint8Array} bytes */
  write(bytes) {
    if (this.#hasEnded || this.#isClosed || bytes.length === 0) return true;
    if (this.#credit > 0) {
      this.#post(bytes);
      return true;
    }
    this.#outgoing.push(bytes);
    return false;
  }

  get bufferedAmount() {
    return this.#outgoing.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  pause() {
    this.#isPaused = true;
  }

  resume() {
    this.#isPaused = false;
    queueMicrotask(() => this.#deliver());
  }

  end() {
    if (this.#hasEnded || this.#isClosed) return;
    this.#hasEnded = true;
    if (this.#outgoing.length === 0) this.#postEnd();
  }

  destroy() {
    if (this.#isClosed) return;
    this.#port.postMessage(GONE);
    this.#close();
  }

  /** A copy goes, and takes its memory with it: the view's buffer may hold what is none of the other side's business. @param {Uint8Array} bytes */
  #post(bytes) {
    const copy = bytes.slice();
    this.#credit -= copy.length;
    this.#port.postMessage(copy, [copy.buffer]);
  }

  #postEnd() {
    this.#port.postMessage(END);
    if (this.#peerHasEnded) this.#close();
  }

  /** @param {Uint8Array | number | typeof END | typeof GONE} data */
  #receive(data) {
    if (this.#isClosed) return;
    if (data === GONE) this.#close(new Error('the other side is gone'));
    else if (typeof data === 'number') this.#addCredit(data);
    else {
      this.#incoming.push(data);
      this.#deliver();
    }
  }

  /** @param {number} count */
  #addCredit(count) {
    this.#credit += count;
    if (this.#outgoing.length === 0) return;
    while (this.#credit > 0) {
      const bytes = this.#outgoing.shift();
      if (bytes === undefined) break;
      this.#post(bytes);
    }
    if (this.#outgoing.length > 0) return;
    if (this.#hasEnded) this.#postEnd();
    this.#handler?.onDrain();
  }

  #deliver() {
    while (!this.#isPaused && !this.#isClosed) {
      const next = this.#incoming.shift();
      if (next === undefined) return;
      if (next === END) {
        this.#peerHasEnded = true;
        this.#handler?.onEnd();
        if (this.#hasEnded && this.#outgoing.length === 0) this.#close();
      } else {
        this.#port.postMessage(next.length);
        this.#handler?.onData(next);
      }
    }
  }

  /** @param {Error} [error] */
  #close(error) {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#incoming = [];
    this.#outgoing = [];
    this.#port.close();
    queueMicrotask(() => this.#handler?.onClose(error));
  }
}
