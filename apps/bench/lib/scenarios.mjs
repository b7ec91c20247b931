// What is measured, against whom, and what it may cost at most.

/**
 * @typedef {'echo' | 'raw' | 'fan' | 'open' | 'idle' | 'client' | 'rpc' | 'events'} Mode What load/wsload.h describes, a
 * client under test, or what load/wamp.mjs does.
 *
 * @typedef {object} Comparison A budget: the ratio of two entries of one scenario.
 * @property {string} of
 * @property {string} to
 * @property {number} atMost
 *
 * @typedef {object} Entry One of those compared.
 * @property {string} name
 * @property {string} subject The server (or client) that runs: a file name in servers/ or clients/.
 * @property {number} [connections] Other than the scenario's.
 *
 * @typedef {object} Scenario
 * @property {string} name For `--only`.
 * @property {string} title
 * @property {Mode} mode
 * @property {'message' | 'delivery' | 'handshake' | 'connection' | 'call' | 'event'} unit What the figure is for one of.
 * @property {number} connections
 * @property {number} window Messages in flight, on each connection; FAN: in all.
 * @property {number} size Bytes of a message.
 * @property {boolean} isBinary
 * @property {boolean} deflate
 * @property {boolean} tls
 * @property {boolean} greet IDLE: one message on each connection before memory is read.
 * @property {boolean} polls ECHO: the generator never sleeps, so that no server pays for waking it.
 * @property {readonly Entry[]} entries
 * @property {readonly Comparison[]} budgets
 * @property {boolean} inChart
 * @property {number} rounds More of them where single rounds scatter most against the budget.
 */

/** @param {readonly string[]} names @returns {Entry[]} */
const subjects = names => names.map(name => ({ name, subject: name }));

/** @param {number} atMost @returns {Comparison[]} */
const ratioToWs = atMost => [{ of: 'ours', to: 'ws', atMost }];

/** What `for await` may cost beside the callback API. */
const PULL = { of: 'ours-pull', to: 'ours', atMost: 1.25 };

const PEERS = ['ours', 'ws', 'websocket', 'deno', 'uws'];

const WAMP_ROUTERS = ['ours-wamp', 'fox-wamp'];

const DEFAULTS = {
  mode: /** @type {Mode} */ ('echo'),
  unit: /** @type {Scenario['unit']} */ ('message'),
  connections: 32,
  window: 1,
  size: 64,
  isBinary: false,
  deflate: false,
  tls: false,
  greet: false,
  polls: false,
  entries: subjects([...PEERS, 'raw']),
  budgets: /** @type {Comparison[]} */ ([]),
  inChart: false,
  rounds: 7,
};

/** @type {readonly Scenario[]} */
export const SCENARIOS = [
  {
    ...DEFAULTS,
    name: 'echo-64',
    rounds: 25,
    title: 'echo 64 B text, 32 connections, one in flight',
    entries: subjects(['ours', 'ours-attach', 'ours-pull', ...PEERS.slice(1), 'raw']),
    budgets: [...ratioToWs(0.8), { of: 'ours-attach', to: 'ours', atMost: 1.1 }, PULL],
    inChart: true,
  },
  {
    ...DEFAULTS,
    name: 'echo-64x32',
    rounds: 15,
    title: 'echo 64 B text, 32 connections, 32 in flight',
    window: 32,
    entries: subjects(['ours', 'ours-attach', ...PEERS.slice(1), 'raw']),
    budgets: [...ratioToWs(0.07), { of: 'ours-attach', to: 'ours', atMost: 1.1 }],
    inChart: true,
  },
  {
    ...DEFAULTS,
    name: 'echo-64-binary',
    rounds: 25,
    title: 'echo 64 B binary, 32 connections, one in flight',
    isBinary: true,
    entries: subjects(['ours', 'ours-pull', ...PEERS.slice(1), 'raw']),
    budgets: [PULL],
  },
  ...[false, true].map(isBinary => ({
    ...DEFAULTS,
    name: isBinary ? 'pull-64-binary' : 'pull-64',
    rounds: 25,
    title: `echo 64 B ${isBinary ? 'binary' : 'text'}, 32 connections, one in flight; the generator polls`,
    isBinary,
    polls: true,
    entries: subjects(['ours', 'ours-pull', 'ws']),
    budgets: [PULL],
  })),
  {
    ...DEFAULTS,
    name: 'echo-1k',
    title: 'echo 1 KiB text, 32 connections, 8 in flight',
    size: 1024,
    window: 8,
    inChart: true,
  },
  {
    ...DEFAULTS,
    name: 'echo-16k',
    rounds: 25,
    title: 'echo 16 KiB text, 8 connections, 4 in flight',
    size: 16_384,
    connections: 8,
    window: 4,
    budgets: ratioToWs(0.5),
    inChart: true,
  },
  {
    ...DEFAULTS,
    name: 'echo-16k-binary',
    title: 'echo 16 KiB binary, 8 connections, 4 in flight',
    size: 16_384,
    connections: 8,
    window: 4,
    isBinary: true,
  },
  {
    ...DEFAULTS,
    name: 'echo-1m',
    title: 'echo 1 MiB text, 2 connections, 2 in flight',
    size: 2 ** 20,
    connections: 2,
    window: 2,
    budgets: ratioToWs(0.8),
    inChart: true,
  },
  {
    ...DEFAULTS,
    name: 'echo-1m-binary',
    title: 'echo 1 MiB binary, 2 connections, 2 in flight',
    size: 2 ** 20,
    connections: 2,
    window: 2,
    isBinary: true,
  },
  {
    ...DEFAULTS,
    name: 'echo-10k',
    rounds: 15,
    title: 'echo 64 B text, 10,000 connections, one in flight',
    connections: 10_000,
    entries: [
      { name: 'ours', subject: 'ours' },
      { name: 'ours, 32 connections', subject: 'ours', connections: 32 },
      { name: 'ws', subject: 'ws' },
      { name: 'ws, 32 connections', subject: 'ws', connections: 32 },
    ],
    budgets: [{ of: 'ours', to: 'ours, 32 connections', atMost: 1.3 }],
  },
  {
    ...DEFAULTS,
    name: 'tls-64',
    title: 'echo 64 B text through TLS, 32 connections, one in flight',
    tls: true,
    entries: subjects(['ours', 'ws', 'websocket', 'raw']),
    budgets: ratioToWs(0.95),
    inChart: true,
  },
  ...[
    { size: 128, label: '128 B', connections: 32, atMost: 0.4 },
    { size: 1024, label: '1 KiB', connections: 32, atMost: 0.65 },
    { size: 65_536, label: '64 KiB', connections: 8, atMost: 0.9 },
  ].map(({ size, label, connections, atMost }) => ({
    ...DEFAULTS,
    name: `deflate-${label.replace(/ |i?B/g, '').toLowerCase()}`,
    title: `echo ${label} JSON, deflate with context takeover, ${connections} connections`,
    size,
    connections,
    deflate: true,
    entries: subjects(['ours', 'ws']),
    budgets: ratioToWs(atMost),
    inChart: true,
  })),
  ...[
    { receivers: 100, window: 1, atMost: null },
    { receivers: 100, window: 8, atMost: null },
    { receivers: 1000, window: 1, atMost: 0.75 },
    { receivers: 1000, window: 8, atMost: 0.3 },
  ].map(({ receivers, window, atMost }) => ({
    ...DEFAULTS,
    name: `broadcast-${receivers}x${window}`,
    title: `broadcast 128 B to ${receivers.toLocaleString('en')}, ${window === 1 ? 'one' : 'eight'} in flight`,
    mode: /** @type {Mode} */ ('fan'),
    unit: /** @type {Scenario['unit']} */ ('delivery'),
    connections: receivers,
    window,
    size: 128,
    rounds: 15,
    entries: subjects(['ours', 'ws', 'websocket', 'deno']),
    budgets: atMost === null ? [] : ratioToWs(atMost),
    inChart: receivers === 1000,
  })),
  {
    ...DEFAULTS,
    name: 'handshake',
    rounds: 25,
    title: 'handshakes: accept, upgrade, reset',
    mode: 'open',
    unit: 'handshake',
    entries: subjects(['ours', 'ours-attach', 'ws', 'websocket', 'deno']),
    budgets: ratioToWs(0.7),
    inChart: true,
  },
  {
    ...DEFAULTS,
    name: 'idle',
    title: 'memory (RSS) of an idle connection, 10,000 open',
    mode: 'idle',
    unit: 'connection',
    connections: 10_000,
    entries: subjects(['ours', 'ours-attach', 'ws', 'websocket', 'deno']),
    budgets: ratioToWs(0.85),
    inChart: true,
  },
  {
    ...DEFAULTS,
    name: 'idle-deflate',
    title: 'memory (RSS) of a deflate connection after 1 KiB, 1,000 open',
    mode: 'idle',
    unit: 'connection',
    connections: 1000,
    size: 1024,
    deflate: true,
    greet: true,
    entries: subjects(['ours', 'ws']),
    budgets: ratioToWs(0.35),
    inChart: true,
  },
  ...[
    { name: 'client-64', title: '64 B, one in flight', size: 64, window: 1 },
    { name: 'client-64x32', title: '64 B, 32 in flight', size: 64, window: 32 },
    { name: 'client-16k', title: '16 KiB, 4 in flight', size: 16_384, window: 4 },
  ].map(({ name, title, size, window }) => ({
    ...DEFAULTS,
    name,
    title: `client: echo of text, ${title}, 8 connections`,
    mode: /** @type {Mode} */ ('client'),
    connections: 8,
    size,
    window,
    entries: subjects(['ours', 'ws', 'undici']),
    inChart: name !== 'client-16k',
  })),
  {
    ...DEFAULTS,
    name: 'wamp-rpc',
    title: 'WAMP: calls through a router, 64 B in JSON, 16 callers and 16 callees, 8 in flight',
    mode: 'rpc',
    unit: 'call',
    connections: 16,
    window: 8,
    entries: subjects(WAMP_ROUTERS),
  },
  {
    ...DEFAULTS,
    name: 'wamp-events',
    title: 'WAMP: events to 100 subscribers, 64 B in JSON, 8 publications in flight',
    mode: 'events',
    unit: 'event',
    connections: 100,
    window: 8,
    entries: subjects(WAMP_ROUTERS),
  },
];
