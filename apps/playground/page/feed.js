// What the server tells the page; reconnects by itself.

/**
 * @typedef {{ messagesIn: number, messagesOut: number, bytesIn: number, bytesOut: number }} Rate
 * @typedef {{ at: number, code: number, name: string, reason: string | null, by: 'local' | 'remote' | 'transport' }} Ending
 * @typedef {{ id: number, peer: string, path: string, subprotocol: string | null, extensions: string | null,
 *   openedAt: number, latency: number | null, messagesIn: number, messagesOut: number, bytesIn: number, bytesOut: number,
 *   payload: number, packed: number, ending: Ending | null }} Connection
 * @typedef {{ at: number, direction: 'in' | 'out', opcode: number, isFinal: boolean, isCompressed: boolean,
 *   isMasked: boolean, length: number, header: string, preview: string }} Frame
 * @typedef {{
 *   onState(isLive: boolean): void,
 *   onHello(message: { count: number, connections: Connection[], closed: Connection[], rates: Rate[] }): void,
 *   onOpen(message: { count: number, connection: Connection }): void,
 *   onClose(message: { count: number, connection: Connection }): void,
 *   onTick(message: { count: number, rate: Rate, connections: Connection[] }): void,
 *   onWatching(message: { connection: Connection, frames: Frame[] }): void,
 *   onFrames(message: { id: number, left: number, frames: Frame[] }): void,
 * }} FeedListener
 */

const MAX_DELAY = 8000;

/** The address of a path of this server. @param {string} path */
export function addressOf(path) {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${path}`;
}

export class Feed {
  /** @type {WebSocket | null} */
  #socket = null;
  #delay = 500;
  /** What was asked for last, to be asked for again. @type {object | null} */
  #wish = null;
  /** @type {FeedListener} */
  #listener;

  /** @param {FeedListener} listener */
  constructor(listener) {
    this.#listener = listener;
    this.#connect();
  }

  /** Asks for the frames of a connection. @param {number} id */
  watch(id) {
    this.#ask({ watch: id });
  }

  /** Asks for the frames of a connection that will open, with this in its address. @param {string} token */
  expect(token) {
    this.#ask({ expect: token });
  }

  /** @param {object} wish */
  #ask(wish) {
    this.#wish = wish;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(wish));
  }

  #connect() {
    const socket = new WebSocket(addressOf('/playground/feed'), 'ws-playground');
    this.#socket = socket;
    socket.onopen = () => {
      this.#delay = 500;
      this.#listener.onState(true);
      if (this.#wish !== null) socket.send(JSON.stringify(this.#wish));
    };
    socket.onmessage = ({ data }) => this.#tell(JSON.parse(data));
    socket.onclose = () => {
      this.#listener.onState(false);
      setTimeout(() => this.#connect(), this.#delay);
      this.#delay = Math.min(this.#delay * 2, MAX_DELAY);
    };
  }

  /** @param {any} message */
  #tell(message) {
    const listener = this.#listener;
    if (message.type === 'hello') listener.onHello(message);
    else if (message.type === 'open') listener.onOpen(message);
    else if (message.type === 'close') listener.onClose(message);
    else if (message.type === 'tick') listener.onTick(message);
    else if (message.type === 'watching') listener.onWatching(message);
    else if (message.type === 'frames') listener.onFrames(message);
  }
}
