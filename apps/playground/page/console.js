// The box to connect, send and close with: the browser's own WebSocket, as any page would use it.

import { OWN_PARAMETER, ownToken } from './connections.js';
import { addLatest, byId, make } from './dom.js';
import { addressOf } from './feed.js';
import { formatHex, formatText, formatTime, parseHex } from './format.js';

const MAX_LINES = 200;

export class Console {
  /** @type {WebSocket | null} */
  #socket = null;
  #log = byId('log', HTMLOListElement);
  #count = 0;
  /** @type {(token: string) => void} */
  #onConnect;

  /** @param {(token: string) => void} onConnect told what marks the connection that will open */
  constructor(onConnect) {
    this.#onConnect = onConnect;
    onSubmit('connect-form', () => (this.#socket === null ? this.#connect() : this.#close()));
    onSubmit('send-form', () => this.#send());
    onSubmit('close-form', () => this.#close());
    byId('message', HTMLTextAreaElement).addEventListener('keydown', event => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      byId('send-form', HTMLFormElement).requestSubmit();
    });
    this.#showState();
  }

  #connect() {
    const token = `${ownToken}.${++this.#count}`;
    const path = input('path')
      .value.replace(/^(?!\/)/, '/')
      .replace(/#.*/, '');
    const fragment = input('fragment').value;
    const added = `${OWN_PARAMETER}=${token}${fragment === '' ? '' : `&fragment=${Number(fragment)}`}`;
    const subprotocols = input('subprotocols')
      .value.split(',')
      .map(name => name.trim())
      .filter(name => name !== '');
    this.#onConnect(token);
    let socket;
    try {
      socket = new WebSocket(addressOf(`${path}${path.includes('?') ? '&' : '?'}${added}`), subprotocols);
    } catch (error) {
      this.#note('bad', String(error));
      return;
    }
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      const agreed = [socket.protocol, socket.extensions].filter(text => text !== '').join(', ');
      this.#note('good', `open${agreed === '' ? '' : ` (${agreed})`}`);
      this.#showState();
      byId('message', HTMLTextAreaElement).focus({ preventScroll: true });
    };
    socket.onmessage = ({ data }) => this.#line('out', data);
    socket.onclose = ({ code, reason, wasClean }) => {
      this.#note(
        wasClean ? 'good' : 'bad',
        `closed: ${code}${reason === '' ? '' : ` ${formatText(reason)}`}${wasClean ? '' : ', not cleanly'}`,
      );
      this.#socket = null;
      this.#showState();
    };
    this.#socket = socket;
    this.#showState();
  }

  #send() {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    const field = byId('message', HTMLTextAreaElement);
    const isText = byId('kind', HTMLSelectElement).value === 'text';
    const message = isText ? field.value : parseHex(field.value);
    field.setCustomValidity(message === null ? 'Two hex digits for each byte, such as 48 65 6c' : '');
    if (message === null) {
      field.reportValidity();
      field.addEventListener('input', () => field.setCustomValidity(''), { once: true });
      return;
    }
    const times = Math.max(1, Number(input('times').value) || 1);
    for (let i = 0; i < times; i++) socket.send(message);
    this.#line('in', typeof message === 'string' ? message : message.buffer, times);
  }

  #close() {
    const socket = this.#socket;
    if (socket === null) return;
    try {
      socket.close(Number(input('code').value), input('reason').value);
    } catch (error) {
      // Pages may close with 1000 and 3000 to 4999 only.
      this.#note('bad', error instanceof Error ? error.message : String(error));
    }
    this.#showState();
  }

  #showState() {
    const state = this.#socket?.readyState ?? WebSocket.CLOSED;
    const name = ['connecting', 'open', 'closing', 'not connected'][state] ?? '';
    const pill = byId('try-state', HTMLElement);
    pill.textContent = name;
    pill.className = `pill ${state === WebSocket.OPEN ? 'good' : ''}`;
    byId('send-fields', HTMLFieldSetElement).disabled = state !== WebSocket.OPEN;
    byId('close-fields', HTMLFieldSetElement).disabled = state !== WebSocket.OPEN;
    const button = byId('connect', HTMLButtonElement);
    button.textContent = this.#socket === null ? 'Connect' : 'Disconnect';
    button.className = this.#socket === null ? 'primary' : '';
  }

  /**
   * @param {'in' | 'out'} direction as the server sees it
   * @param {string | ArrayBufferLike} data
   * @param {number} [times]
   */
  #line(direction, data, times = 1) {
    addLatest(this.#log, MAX_LINES, () => {
      const text = typeof data === 'string' ? formatText(data) : formatHex(new Uint8Array(data).subarray(0, 64));
      const arrow = make('span', `arrow ${direction}`, direction === 'in' ? '→' : '←');
      const hidden = make('span', 'hidden', direction === 'in' ? 'sent: ' : 'received: ');
      const body = make('span', typeof data === 'string' ? 'text' : 'text binary', text);
      const item = make('li', '', arrow, hidden, body);
      if (times > 1) item.append(' ', make('span', 'badge', `× ${times}`));
      return item;
    });
  }

  /**
   * @param {'good' | 'bad'} kind
   * @param {string} text
   */
  #note(kind, text) {
    const time = formatTime(Date.now());
    addLatest(this.#log, MAX_LINES, () => {
      return make('li', `note ${kind}`, make('span', '', text), ' ', make('span', 'quiet', time));
    });
  }
}

/** @param {string} id */
function input(id) {
  return byId(id, HTMLInputElement);
}

/**
 * @param {string} id
 * @param {() => void} call
 */
function onSubmit(id, call) {
  byId(id, HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault();
    call();
  });
}
