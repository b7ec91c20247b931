// The lists of connections: those that are open, and how the others ended.

import { byId, make, makePairs } from './dom.js';
import { formatBytes, formatCount, formatLatency, formatPeer, formatRatio, formatText, formatTime } from './format.js';

/** @typedef {import('./feed.js').Connection} Connection */

const MAX_SHOWN = 100;
const MAX_CLOSED = 30;

/** What the page itself adds to an address to find its own connection again. */
export const OWN_PARAMETER = 'playground';

export class Connections {
  /** @type {Map<number, Connection>} */
  #open = new Map();
  /** @type {Map<number, { item: HTMLLIElement, stats: HTMLElement, button: HTMLButtonElement }>} */
  #rows = new Map();
  #list = byId('connections', HTMLUListElement);
  #closed = byId('closed', HTMLUListElement);
  #watchedId = -1;
  /** @type {(id: number) => void} */
  #onWatch;

  /** @param {(id: number) => void} onWatch */
  constructor(onWatch) {
    this.#onWatch = onWatch;
  }

  /** @returns {IterableIterator<Connection>} */
  values() {
    return this.#open.values();
  }

  /**
   * @param {readonly Connection[]} open
   * @param {readonly Connection[]} closed
   */
  reset(open, closed) {
    this.#open.clear();
    this.#rows.clear();
    this.#list.replaceChildren();
    this.#closed.replaceChildren();
    for (const connection of open) this.update(connection);
    for (const connection of closed) this.#addClosed(connection);
    this.#showEmpty();
  }

  /** A connection is new, or its figures are. @param {Connection} connection */
  update(connection) {
    this.#open.set(connection.id, connection);
    const row = this.#rows.get(connection.id);
    if (row !== undefined) {
      const stats = describe(connection);
      row.stats.replaceWith(stats);
      row.stats = stats;
    } else if (this.#rows.size < MAX_SHOWN) {
      this.#add(connection);
    }
    this.#showEmpty();
  }

  /** A connection has ended. @param {Connection} connection */
  close(connection) {
    this.#open.delete(connection.id);
    this.#rows.get(connection.id)?.item.remove();
    this.#rows.delete(connection.id);
    this.#addClosed(connection);
    this.#showEmpty();
  }

  /** Marks the connection whose frames are shown. @param {number} id */
  mark(id) {
    this.#watchedId = id;
    for (const [each, { button }] of this.#rows) button.setAttribute('aria-pressed', String(each === id));
  }

  /** @param {Connection} connection */
  #add(connection) {
    const { id, peer, subprotocol, extensions } = connection;
    const { path, isOwn } = pathOf(connection);
    const name = make('p', 'who', make('b', '', `#${id}`), ' ', make('code', '', formatText(path, 80)));
    if (isOwn) name.append(' ', make('span', 'badge own', 'this page'));
    if (extensions !== null) name.append(' ', make('span', 'badge', 'deflate'));
    if (subprotocol !== null) name.append(' ', make('span', 'badge', formatText(subprotocol, 40)));
    name.append(' ', make('span', 'quiet', formatPeer(peer)));
    const button = make('button', 'small', 'Watch');
    button.type = 'button';
    button.setAttribute('aria-label', `Watch the frames of connection ${id}`);
    button.setAttribute('aria-pressed', String(id === this.#watchedId));
    button.addEventListener('click', () => this.#onWatch(id));
    const stats = describe(connection);
    const item = make('li', '', name, stats, button);
    this.#rows.set(id, { item, stats, button });
    this.#list.append(item);
  }

  /** @param {Connection} connection */
  #addClosed(connection) {
    const { ending, id } = connection;
    if (ending === null) return;
    const isGood = ending.code === 1000 || ending.code === 1001 || ending.code === 1005;
    const code = make('b', isGood ? 'code good' : 'code bad', `${isGood ? '✓' : '✗'} ${ending.code}`);
    const by = { local: 'by the server', remote: 'by the client', transport: 'connection lost' }[ending.by];
    const why = ending.reason === null ? '' : `: ${formatText(ending.reason, 160)}`;
    const text = make('p', '', code, ` ${ending.name.toLowerCase().replaceAll('_', ' ')}${why}`);
    const { path } = pathOf(connection);
    const details = make('p', 'quiet', `${formatTime(ending.at)}  #${id} ${formatText(path, 60)}, ${by}`);
    this.#closed.prepend(make('li', '', text, details));
    while (this.#closed.childElementCount > MAX_CLOSED) this.#closed.lastElementChild?.remove();
  }

  #showEmpty() {
    byId('connections-empty', HTMLElement).hidden = this.#open.size > 0;
    byId('closed-empty', HTMLElement).hidden = this.#closed.childElementCount > 0;
  }
}

/** @param {Connection} connection */
function describe({ messagesIn, messagesOut, bytesIn, bytesOut, packed, payload, extensions, latency }) {
  return makePairs('stats', [
    ['in', `${formatCount(messagesIn)} · ${formatBytes(bytesIn)}`],
    ['out', `${formatCount(messagesOut)} · ${formatBytes(bytesOut)}`],
    ['compressed to', extensions === null ? 'off' : formatRatio(packed, payload)],
    ['latency', formatLatency(latency)],
  ]);
}

/**
 * The path that was asked for, without what the page has added to it.
 *
 * @param {Connection} connection
 */
export function pathOf({ path }) {
  const plain = path.replace(new RegExp(`([?&])${OWN_PARAMETER}=[^&]*(&|$)`), (_all, before, after) =>
    after === '' ? '' : before,
  );
  return { path: plain, isOwn: plain !== path && path.includes(ownToken) };
}

/** What marks the connections of this very page. */
export const ownToken = crypto.randomUUID();
