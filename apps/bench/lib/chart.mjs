// The bar chart for the README: CPU time (or memory) relative to ws, one group of bars for each work.

/** @typedef {import('./summary.mjs').ScenarioSummary} ScenarioSummary */

const SHOWN = [
  { name: 'ours', label: '@ws/node' },
  { name: 'ws', label: 'ws' },
  { name: 'websocket', label: 'websocket' },
  { name: 'deno', label: 'Deno' },
  { name: 'undici', label: 'undici' },
];
const WIDTH = 860;
const LEFT = 430;
const BAR = 11;
const GAP = 14;
const TOP = 64;
/** Longer bars are cut here, with their figure beside them. */
const LONGEST = 2;

const STYLE = `text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 15px; font-weight: 600 }
.small { font-size: 10px } .line { stroke: #8c959f; stroke-dasharray: 3 3 }
.ours { fill: #1f883d } .ws { fill: #8c959f } .websocket { fill: #d4a72c } .deno { fill: #54aeff } .undici { fill: #bf87ff }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #3fb950 } .ws { fill: #6e7681 } }`;

/** @param {string} text */
const escaped = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** @param {number} ratio */
const widthOf = ratio => (Math.min(ratio, LONGEST) * (WIDTH - LEFT - 60)) / LONGEST;

/** @param {ScenarioSummary} scenario @param {number} top */
function group(scenario, top) {
  const reference = scenario.entries.ws?.median ?? Number.NaN;
  const bars = SHOWN.flatMap(({ name }) => {
    const entry = scenario.entries[name];
    if (!entry) return [];
    const ratio =
      name === 'ws'
        ? 1
        : (scenario.ratios.find(({ of, to }) => of === name && to === 'ws')?.median ?? entry.median / reference);
    return [{ name, ratio }];
  });
  const height = bars.length * BAR;
  const shapes = bars.map(({ name, ratio }, i) => {
    const y = top + i * BAR;
    const width = Math.max(1, widthOf(ratio)).toFixed(1);
    const value = `<text class="small" x="${(LEFT + Number(width) + 4).toFixed(1)}" y="${y + BAR - 2}">${ratio.toFixed(2)}</text>`;
    return `<rect class="${name}" x="${LEFT}" y="${y}" width="${width}" height="${BAR - 1}"/>${value}`;
  });
  const label = `<text x="${LEFT - 8}" y="${top + height / 2 + 4}" text-anchor="end">${escaped(scenario.title)}</text>`;
  return { svg: [label, ...shapes].join('\n'), height };
}

/**
 * @param {readonly ScenarioSummary[]} scenarios Those with a figure for ws are drawn.
 * @returns {string} SVG.
 */
export function drawChart(scenarios) {
  let top = TOP;
  const groups = scenarios
    .filter(scenario => scenario.inChart && scenario.entries.ws)
    .map(scenario => {
      const { svg, height } = group(scenario, top);
      top += height + GAP;
      return svg;
    });
  const used = SHOWN.filter(({ name }) => scenarios.some(scenario => scenario.inChart && scenario.entries[name]));
  const legend = used.map(
    ({ name, label }, i) =>
      `<rect class="${name}" x="${LEFT + i * 84}" y="36" width="10" height="10"/><text class="small" x="${LEFT + i * 84 + 14}" y="45">${label}</text>`,
  );
  const one = LEFT + widthOf(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img">
<title>CPU time per message and memory per connection, relative to ws</title>
<style>${STYLE}</style>
<text class="title" x="8" y="24">CPU time per message (or memory), relative to ws; shorter is better</text>
${legend.join('\n')}
<line class="line" x1="${one}" x2="${one}" y1="${TOP - 8}" y2="${top - GAP / 2}"/>
${groups.join('\n')}
</svg>
`;
}
