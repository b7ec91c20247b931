// Frames as they went over the wire, each to be opened down to its octets (RFC 6455, 5.2).

import { addLatest, byId, clearLatest, make } from './dom.js';
import { formatHex, formatText, parseHex } from './format.js';

/** @typedef {import('./feed.js').Frame} Frame */
/** @typedef {import('./feed.js').Connection} Connection */

const MAX_SHOWN = 300;

/** @type {Readonly<Record<number, string>>} */
const OPCODES = { 0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };

export class Frames {
  #list = byId('frames', HTMLOListElement);
  #openedAt = 0;

  constructor() {
    byId('wire-clear', HTMLButtonElement).addEventListener('click', () => this.#clear());
    this.#showEmpty(true);
  }

  /**
   * Another connection is watched.
   *
   * @param {Connection} connection
   * @param {readonly Frame[]} frames
   */
  reset(connection, frames) {
    this.#openedAt = connection.openedAt;
    byId('wire-which', HTMLElement).textContent = `of #${connection.id}`;
    this.#clear();
    this.add(frames, 0);
  }

  /**
   * @param {readonly Frame[]} frames
   * @param {number} left how many are not shown
   */
  add(frames, left) {
    if (left > 0) addLatest(this.#list, MAX_SHOWN, () => make('li', 'gap', `… ${left} more …`));
    for (const frame of frames) addLatest(this.#list, MAX_SHOWN, () => this.#item(frame));
    if (frames.length > 0) this.#showEmpty(false);
  }

  /** @param {Frame} frame */
  #item(frame) {
    const { direction, opcode, isFinal, isCompressed, length, at } = frame;
    const arrow = make('span', `arrow ${direction}`, direction === 'in' ? '→' : '←');
    arrow.title = direction === 'in' ? 'from the client' : 'from the server';
    const marks = make(
      'span',
      'marks',
      make('span', `badge op-${opcode >= 8 ? 'control' : 'data'}`, OPCODES[opcode] ?? `${opcode}`),
    );
    if (isFinal) marks.append(make('span', 'badge', 'fin'));
    if (isCompressed) marks.append(make('span', 'badge deflate', 'deflate'));
    const what = make('span', 'what', describePayload(frame));
    const size = make('span', 'size', `${length} B`);
    const time = make('span', 'time quiet', `+${((at - this.#openedAt) / 1000).toFixed(3)} s`);
    const hidden = make('span', 'hidden', direction === 'in' ? 'from the client: ' : 'from the server: ');
    const summary = make('summary', '', arrow, hidden, marks, what, size, time);
    const details = make('details', '', summary);
    // Made when it is looked at: most never are.
    details.addEventListener('toggle', () => details.append(octets(frame)), { once: true });
    details.addEventListener('toggle', () => details.open && details.scrollIntoView({ block: 'nearest' }));
    return make('li', '', details);
  }

  #clear() {
    clearLatest(this.#list);
    this.#showEmpty(true);
  }

  /** @param {boolean} isEmpty */
  #showEmpty(isEmpty) {
    byId('frames-empty', HTMLElement).hidden = !isEmpty;
    this.#list.hidden = isEmpty;
  }
}

/** @param {Frame} frame */
function describePayload({ opcode, isCompressed, preview, length }) {
  const bytes = parseHex(preview) ?? new Uint8Array(0);
  if (length === 0) return '(empty)';
  const more = bytes.length < length ? '…' : '';
  if (opcode === 8 && bytes.length >= 2) {
    const reason = new TextDecoder().decode(bytes.subarray(2));
    return `${((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)} ${formatText(reason)}`;
  }
  const isText = !isCompressed && opcode !== 2;
  const text = isText ? new TextDecoder().decode(bytes) : '';
  // A fragment may begin in the middle of a character: then its octets say more.
  return (isText && !text.includes('\ufffd') ? formatText(text) : formatHex(bytes.subarray(0, 24))) + more;
}

/** The parts of a frame, octet by octet. @param {Frame} frame */
function octets(frame) {
  const { isFinal, isCompressed, isMasked, length, opcode, header, preview } = frame;
  const bytes = parseHex(header) ?? new Uint8Array(0);
  const lengthEnd = bytes.length - (isMasked ? 4 : 0);
  const bits = [
    isFinal ? 'FIN' : 'more to come',
    ...(isCompressed ? ['RSV1: compressed'] : []),
    `opcode ${opcode}, ${OPCODES[opcode] ?? 'reserved'}`,
  ];
  /** @type {[Uint8Array, string][]} */
  const rows = [
    [bytes.subarray(0, 1), bits.join(', ')],
    [bytes.subarray(1, lengthEnd), `${isMasked ? 'masked' : 'not masked'}, payload of ${length} bytes`],
  ];
  if (isMasked) rows.push([bytes.subarray(lengthEnd), 'masking key']);
  const payload = parseHex(preview) ?? new Uint8Array(0);
  const part = payload.length < length ? `the first ${payload.length} bytes` : 'payload';
  if (length > 0) rows.push([payload, isMasked ? `${part}, unmasked` : part]);
  const list = make('dl', 'octets');
  for (const [part, meaning] of rows) {
    list.append(make('div', '', make('dt', '', make('code', '', formatHex(part))), make('dd', '', meaning)));
  }
  return list;
}
