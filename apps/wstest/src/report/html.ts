import { isFailure } from '../cases/verdict.ts';
import type { CaseResult } from '../run/case-result.ts';
import { reportName } from './json.ts';
import { sectionTitle } from './sections.ts';

const STYLE = `
:root{color-scheme:light dark;font:16px/1.45 system-ui,sans-serif}
body{max-width:70rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
a{color:inherit}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #8884;vertical-align:top}
th:first-child{position:sticky;left:0;background:Canvas}
thead th{position:sticky;top:0;background:Canvas}
.badge{display:inline-block;padding:0 .5rem;border-radius:.6rem;font-size:.85rem;white-space:nowrap;color:#fff;background:#777;text-decoration:none}
.ok{background:#1a7f37}.non-strict{background:#9a6700}.informational{background:#0969da}.failed,.wrong-code,.unclean{background:#c0202e}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.5rem;border-radius:.3rem;font-size:.85rem}
.log{list-style:none;padding:0}.log li{border-left:.3rem solid #0969da;margin:.3rem 0;padding:.2rem .6rem}.log .peer{border-color:#9a6700}
code{overflow-wrap:anywhere;font-size:.85rem;opacity:.8}
dt{font-weight:600}dd{margin:0 0 .5rem}
`;

/** The page with all agents and cases. */
export function htmlIndex(results: readonly CaseResult[]): string {
  const agents = [...new Set(results.map(({ agent }) => agent))];
  const byCase = new Map<string, Map<string, CaseResult>>();
  for (const result of results) {
    const row = byCase.get(result.id) ?? new Map<string, CaseResult>();
    byCase.set(result.id, row.set(result.agent, result));
  }
  const head = `<thead><tr><th>Case</th>${agents.map(agent => `<th>${escapeHtml(agent)}</th>`).join('')}</tr></thead>`;
  const sections = [...new Set([...byCase.keys()].map(id => id.split('.')[0]!))].map(section => {
    const rows = [...byCase]
      .filter(([id]) => id.split('.')[0] === section)
      .map(([id, row]) => caseRow(id, row, agents));
    return `<h2>${section} · ${escapeHtml(sectionTitle(section))}</h2><div class="scroll"><table>${head}<tbody>${rows.join('')}</tbody></table></div>`;
  });
  return page('WebSocket conformance', `<h1>WebSocket conformance</h1>${summary(results, agents)}${sections.join('')}`);
}

/** The page of one case and one agent. */
export function htmlCase(result: CaseResult): string {
  const { agent, id, description, expectation, behavior, behaviorClose, duration, log } = result;
  const facts = [
    ['What happens', description],
    ['What is expected', expectation],
    ['Conversation', `${behavior}: ${result.result}`],
    ['Closing', `${behaviorClose}: ${result.resultClose}`],
    ['Roles', result.testerIsServer ? 'The tester was the server.' : 'The tester was the client.'],
    ['Time', `${result.startedAt.toISOString()}, ${duration} ms`],
  ].map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value!)}</dd>`);
  const entries = (log?.entries ?? []).map(
    ({ at, author, text, octets, length }) =>
      `<li class="${author}">${at} ms · ${author}: ${escapeHtml(text)}${octets?.length ? `<br><code>${spacedHex(octets, length)}</code>` : ''}</li>`,
  );
  const omitted = log !== null && log.omitted > 0 ? `<p>${log.omitted} more entries are not shown.</p>` : '';
  const heads = [result.httpRequest, result.httpResponse]
    .filter(text => text !== '')
    .map(text => `<pre>${escapeHtml(text)}</pre>`);
  return page(
    `${id} · ${agent}`,
    `<p><a href="index.html">All cases</a></p><h1>${id} · ${escapeHtml(agent)} ${badge(result)}</h1><dl>${facts.join('')}</dl>` +
      `<h2>Opening handshake</h2>${heads.join('') || '<p>None was read.</p>'}<h2>On the wire</h2><ol class="log">${entries.join('')}</ol>${omitted}`,
  );
}

function summary(results: readonly CaseResult[], agents: readonly string[]): string {
  const rows = agents.map(agent => {
    const own = results.filter(result => result.agent === agent);
    const failed = own.filter(isFailure).length;
    return `<tr><th>${escapeHtml(agent)}</th><td>${own.length} cases</td><td>${failed === 0 ? 'none failed' : `${failed} failed`}</td></tr>`;
  });
  return `<div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div>`;
}

function caseRow(id: string, row: ReadonlyMap<string, CaseResult>, agents: readonly string[]): string {
  const [first] = row.values();
  const cells = agents.map(agent => {
    const result = row.get(agent);
    return `<td>${result === undefined ? '' : badge(result, `${reportName(result)}.html`)}</td>`;
  });
  return `<tr><th title="${escapeHtml(first!.description)}">${id}</th>${cells.join('')}</tr>`;
}

function badge(result: CaseResult, href?: string): string {
  const { behavior, behaviorClose } = result;
  // The close is worth a word only where the conversation went well.
  const shown =
    behavior === 'FAILED' || behaviorClose === 'OK'
      ? behavior
      : isFailure({ behavior, behaviorClose })
        ? behaviorClose
        : behavior;
  const name = `badge ${shown.toLowerCase().replace(' ', '-')}`;
  return href === undefined
    ? `<span class="${name}">${shown}</span>`
    : `<a class="${name}" href="${href}">${shown}</a>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>
`;
}

function spacedHex(octets: Buffer, length: number): string {
  return octets.toString('hex').replace(/(..)(?=.)/g, '$1 ') + (length > octets.length ? ' …' : '');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
