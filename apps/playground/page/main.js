// Joins the parts of the page.

import { Chart } from './chart.js';
import { Connections } from './connections.js';
import { Console } from './console.js';
import { byId } from './dom.js';
import { addressOf, Feed } from './feed.js';
import { formatBytes, formatCount, formatLatency, formatRatio } from './format.js';
import { Frames } from './frames.js';

/** @typedef {import('./feed.js').Rate} Rate */

const address = addressOf('/').replace(/\/$/, '');
byId('address', HTMLElement).textContent = address;
byId('hint', HTMLElement).textContent = `wsc connect ${address}`;

const chart = new Chart(byId('chart', HTMLElement));
const frames = new Frames();
const connections = new Connections(id => feed.watch(id));
let count = 0;
let watchedId = -1;

/** @type {import('./feed.js').FeedListener} */
const listener = {
  onState(isLive) {
    const pill = byId('feed-state', HTMLElement);
    pill.textContent = isLive ? 'live' : 'the server is gone; trying again';
    pill.className = `pill ${isLive ? 'good' : 'bad'}`;
  },
  onHello(message) {
    count = message.count;
    connections.reset(message.connections, message.closed);
    chart.reset(message.rates);
    showTiles(null);
  },
  onOpen(message) {
    count = message.count;
    connections.update(message.connection);
    showTiles(null);
  },
  onClose(message) {
    count = message.count;
    connections.close(message.connection);
    showTiles(null);
  },
  onTick(message) {
    count = message.count;
    for (const connection of message.connections) connections.update(connection);
    chart.add(message.rate);
    showTiles(message.rate);
  },
  onWatching(message) {
    watchedId = message.connection.id;
    connections.mark(watchedId);
    frames.reset(message.connection, message.frames);
  },
  onFrames(message) {
    if (message.id === watchedId) frames.add(message.frames, message.left);
  },
};
const feed = new Feed(listener);
new Console(token => feed.expect(token));

/** The figures at the top. @param {Rate | null} rate `null`: those of a second stay */
function showTiles(rate) {
  const open = [...connections.values()];
  show('tile-connections', formatCount(count));
  const packing = open.filter(({ extensions }) => extensions !== null);
  show('tile-ratio', formatRatio(sum(packing.map(({ packed }) => packed)), sum(packing.map(({ payload }) => payload))));
  const latencies = open.flatMap(({ latency }) => (latency === null ? [] : [latency])).sort((a, b) => a - b);
  show('tile-latency', formatLatency(latencies[latencies.length >> 1] ?? null));
  if (rate === null) return;
  show('tile-messages', `${formatCount(rate.messagesIn + rate.messagesOut)} /s`);
  show('tile-traffic', `${formatBytes(rate.bytesIn + rate.bytesOut)}/s`);
  show('rate-in', formatCount(rate.messagesIn));
  show('rate-out', formatCount(rate.messagesOut));
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * @param {string} id
 * @param {string} text
 */
function show(id, text) {
  const element = byId(id, HTMLElement);
  if (element.textContent !== text) element.textContent = text;
}
