// The report as Markdown, and the same figures as lines for the terminal.

/**
 * @typedef {import('./summary.mjs').ScenarioSummary} ScenarioSummary
 * @typedef {import('./summary.mjs').Ratio} Ratio
 *
 * @typedef {object} Report
 * @property {Record<string, string>} machine
 * @property {Record<string, string>} versions
 * @property {number} seconds Of measuring, in each round.
 * @property {ScenarioSummary[]} scenarios
 */

/** @param {number} value */
const significant = value => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** @param {ScenarioSummary} scenario @param {number} value */
const figure = (scenario, value) =>
  scenario.isMemory ? `${significant(value / 1024)} KiB` : `${significant(value)} µs`;

/** @param {Ratio} ratio */
function budgetOf({ median, atMost }) {
  if (atMost === null) return '';
  return `${median <= atMost ? '✓' : '✗'} ≤ ${atMost.toFixed(2)}`;
}

/** @param {ScenarioSummary} scenario @returns {string} For the terminal. */
export function describe(scenario) {
  const lines = Object.entries(scenario.entries).map(
    ([name, { median, low, high, serverBusy, generatorBusy, perSecond }]) => {
      const ratio = scenario.ratios.find(({ of, to }) => of === name && to === 'ws');
      const busy =
        serverBusy === null ? '' : `  busy ${serverBusy.toFixed(2)} / load ${(generatorBusy ?? 0).toFixed(2)}`;
      const rate = perSecond === null ? '' : `  ${Math.round(perSecond).toLocaleString('en')}/s`;
      const spread = `(${figure(scenario, low)} to ${figure(scenario, high)})`;
      return `    ${name.padEnd(22)} ${figure(scenario, median).padStart(9)} ${spread.padEnd(24)} ${ratio ? `× ${ratio.median.toFixed(3)} ws` : ''}${rate}${busy}`;
    },
  );
  const budgets = scenario.ratios
    .filter(({ atMost }) => atMost !== null)
    .map(ratio => `    ${budgetOf(ratio)}  ${ratio.of} / ${ratio.to} = ${ratio.median.toFixed(3)}`);
  return [`  ${scenario.name}: ${scenario.title}`, ...lines, ...budgets].join('\n');
}

/** @param {ScenarioSummary} scenario @param {string} name */
function cell(scenario, name) {
  const entry = scenario.entries[name];
  if (!entry) return '–';
  const ratio = scenario.ratios.find(({ of, to }) => of === name && to === 'ws');
  return `${figure(scenario, entry.median)}${ratio && name !== 'ws' ? ` (${ratio.median.toFixed(2)})` : ''}`;
}

/** @param {readonly ScenarioSummary[]} scenarios @param {readonly string[]} names */
function table(scenarios, names) {
  const columns = names.filter(name => scenarios.some(scenario => scenario.entries[name]));
  return [
    `| work | ${columns.map(name => (name === 'ours' ? '**@ws/node**' : name)).join(' | ')} |`,
    `|---|${columns.map(() => '---:').join('|')}|`,
    ...scenarios.map(scenario => `| ${scenario.title} | ${columns.map(name => cell(scenario, name)).join(' | ')} |`),
  ].join('\n');
}

/** @param {readonly ScenarioSummary[]} scenarios */
function budgetTable(scenarios) {
  const rows = scenarios.flatMap(scenario =>
    scenario.ratios
      .filter(({ atMost }) => atMost !== null)
      .map(
        ratio =>
          `| ${scenario.title} | ${ratio.of} / ${ratio.to} | ${ratio.median.toFixed(2)} | ${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)} | ${budgetOf(ratio)} |`,
      ),
  );
  return ['| work | ratio of | median | single rounds | budget |', '|---|---|---:|---:|---|', ...rows].join('\n');
}

/** @param {readonly ScenarioSummary[]} scenarios */
function detailTable(scenarios) {
  const rows = scenarios.flatMap(scenario =>
    Object.entries(scenario.entries).map(([name, entry]) => {
      const latency = entry.p50 ? `${significant(entry.p50)} / ${significant(entry.p99 ?? 0)} µs` : '';
      const rate = entry.perSecond === null ? '' : Math.round(entry.perSecond).toLocaleString('en');
      const bytes = entry.bytesPerMessage ? significant(entry.bytesPerMessage) : '';
      const spread = `${figure(scenario, entry.low)} to ${figure(scenario, entry.high)}`;
      return `| ${scenario.name} | ${name} | ${figure(scenario, entry.median)} | ${spread} | ${entry.rounds.length} | ${rate} | ${latency} | ${bytes} |`;
    }),
  );
  return [
    '| work | server | median | single rounds | rounds | per second | latency p50 / p99 | payload bytes of a reply |',
    '|---|---|---:|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

/** @param {Record<string, string>} record */
const list = record =>
  Object.entries(record)
    .map(([name, value]) => `- ${name}: ${value}`)
    .join('\n');

/**
 * @param {Report} report
 * @returns {string} Markdown.
 */
export function formatReport({ machine, versions, seconds, scenarios }) {
  const isClient = (/** @type {ScenarioSummary} */ scenario) => scenario.name.startsWith('client');
  const servers = scenarios.filter(scenario => !isClient(scenario));
  const isWamp = (/** @type {ScenarioSummary} */ scenario) => scenario.name.startsWith('wamp');
  const work = servers.filter(scenario => !scenario.isMemory && scenario.name !== 'echo-10k' && !isWamp(scenario));
  const wamp = servers.filter(isWamp);
  const columns = ['ours', 'ours-attach', 'ours-pull', 'ws', 'websocket', 'deno', 'uws', 'raw', 'undici'];
  const many = servers.filter(scenario => scenario.name === 'echo-10k');
  return `# Results

Written by \`pnpm bench\`; do not edit. The figure is the **CPU time of the server process**, all its threads, per
message, delivery or handshake; in brackets its ratio to \`ws\` with \`bufferutil\`. Each server runs in a process of its
own, pinned to one CPU, and the load generator (\`load/\`) on another. Medians of interleaved rounds of ${seconds} s, as many
as the last table tells, with new processes every five; ratios are taken within each round. \`raw\` is a \`node:net\` echo server that knows no WebSocket; \`ours-attach\` is
\`@ws/node\` mounted on \`node:http\`, \`ours-pull\` its \`for await\` API. Lower is better everywhere. Trust the ratios within a row more than its figures.

![CPU time per message, relative to ws](../../docs/assets/bench.svg)

## Servers

${table(work, columns)}
${many.length > 0 ? `\n${table(many, ['ours', 'ours, 32 connections', 'ws', 'ws, 32 connections'])}\n` : ''}
## Memory

${table(
  servers.filter(scenario => scenario.isMemory),
  columns,
)}

${wamp.length > 0 ? `## WAMP routers\n\nCPU time of the router for a call (four messages), or for an event that reaches a subscriber. Wanted: 10,000 calls and\n50,000 events a second, that is 100 µs and 20 µs.\n\n${table(wamp, ['ours-wamp', 'fox-wamp'])}\n` : ''}
## Clients

CPU time of the client process, against a server that only mirrors frames.

${table(scenarios.filter(isClient), columns)}

## Budgets

What this repository asks of itself.

${budgetTable(scenarios)}

## Where

${list(machine)}

${list(versions)}

## All figures

${detailTable(scenarios)}
`;
}
