// The measurements as tables in Markdown, and what is asked of them.

import type { Measurement } from './measure.ts';
import type { Api, Row } from './row.ts';
import { MIB } from './row.ts';
import { median, type Times } from './times.ts';

/** What the witness may notice, in milliseconds above what it has without the flood. */
const MOST = { p99: 20, max: 100 };

/** How much longer than with `ws` an answer may take, where both are above a millisecond. */
const MOST_OF_WS = 1.1;

/** What a process may take for garbage, whoever made it, and what each offender may take beside its messages, in bytes. */
const GARBAGE = 48 * MIB;
const OFFENDER = MIB / 4;

/** Messages of the longest length that each offender may have in memory: one that comes, as it grows, and one that waits. */
const MOST_MESSAGES = 4;

const APIS: readonly Api[] = ['callbacks', 'pull', 'ws'];

/** What a trial is known by. */
export function keyOf({ row, api, limit, flooders }: Measurement): string {
  return [row, limit, flooders, api].join(' ');
}

/** What the flood has added to the times of the witness. */
export function aboveBaseline({ baseline, flood }: Measurement): Pick<Times, 'p50' | 'p99' | 'max'> {
  const above = (key: 'p50' | 'p99' | 'max'): number => Math.max(0, flood[key] - baseline[key]);
  return { p50: above('p50'), p99: above('p99'), max: above('max') };
}

/** What is too much, in words; nothing of `ws`, which is here to be compared with. */
export function complaintsOf(measured: Measurement, ws?: Measurement): string[] {
  const { api, fate, flood, growth, limit, flooders } = measured;
  if (api === 'ws') return [];
  const { p99, max } = aboveBaseline(measured);
  const complaints: string[] = [];
  if (fate !== 'served') complaints.push(`the server ${WORDS[fate]}`);
  if (p99 > MOST.p99) complaints.push(`p99 +${milliseconds(p99)} ms`);
  if (max > MOST.max) complaints.push(`worst +${milliseconds(max)} ms`);
  if (ws?.fate === 'served' && flood.p99 > Math.max(1, MOST_OF_WS * ws.flood.p99)) {
    complaints.push(`p99 of ${milliseconds(flood.p99)} ms, of ws ${milliseconds(ws.flood.p99)} ms`);
  }
  if (growth > GARBAGE + flooders * (OFFENDER + MOST_MESSAGES * limit)) complaints.push(`memory +${mebibytes(growth)}`);
  return complaints;
}

const WORDS = { late: 'answers late', ended: 'has ended', 'too large': 'took all memory', served: 'serves' } as const;

/** Several measurements of the same trial, as one: each figure is the median. */
export function medianOf(list: readonly Measurement[]): Measurement {
  const [first] = list;
  if (first === undefined || list.length === 1) return first!;
  const middle = (read: (each: Measurement) => number): number => median(list.map(read));
  const times = (read: (each: Measurement) => Times): Times => ({
    answers: middle(each => read(each).answers),
    p50: middle(each => read(each).p50),
    p99: middle(each => read(each).p99),
    max: middle(each => read(each).max),
    missing: middle(each => read(each).missing),
  });
  // In the order of how bad they are.
  const fates = ['served', 'late', 'ended', 'too large'] as const;
  return {
    ...first,
    fate: fates[middle(({ fate }) => fates.indexOf(fate))]!,
    baseline: times(({ baseline }) => baseline),
    flood: times(({ flood }) => flood),
    growth: middle(({ growth }) => growth),
    busy: middle(({ busy }) => busy),
    rate: middle(({ rate }) => rate),
    messages: middle(({ messages }) => messages),
  };
}

/** A line for the terminal. */
export function lineOf(measured: Measurement): string {
  const { row, api, limit, flooders, fate, baseline, flood, growth, busy, rate, messages, ends } = measured;
  const thrown = Object.entries(ends).map(([code, count]) => `${count} × ${code}`);
  return [
    `${row}, ${mebibytes(limit)}, ${flooders} × ${api}: ${fate === 'served' ? '' : `${fate.toUpperCase()}; `}`,
    `${timesText(flood)} ms (${timesText(baseline)} without); `,
    `memory +${mebibytes(growth)}, busy ${(busy * 100).toFixed(0)} %, ${mebibytes(rate)}/s`,
    Number.isNaN(messages) ? '' : `, ${Math.round(messages)} messages/s`,
    thrown.length === 0 ? '' : `, thrown out: ${thrown.join(', ')}`,
  ].join('');
}

function timesText({ p50, p99, max }: Times): string {
  return [p50, p99, max].map(milliseconds).join(' / ');
}

/** The tables of all rows that were measured: what the witness waits, and what the flood costs. */
export function formatTables(rows: readonly Row[], measurements: readonly Measurement[]): string {
  const found = new Map(measurements.map(measured => [keyOf(measured), measured]));
  const isOfRouter = ({ subprotocol }: Row): boolean => subprotocol !== undefined;
  const parts = [
    { title: '', apis: APIS, rows: rows.filter(row => !isOfRouter(row)) },
    {
      title: 'The router of `@ws/wamp`; the witness calls a procedure of it:',
      apis: ['callbacks'] as const,
      rows: rows.filter(isOfRouter),
    },
  ];
  return parts
    .map(({ title, apis, rows }) => ({ title, text: tableOf(rows, apis, found) }))
    .filter(({ text }) => text !== '')
    .map(({ title, text }) => (title === '' ? text : `${title}\n\n${text}`))
    .join('\n\n');
}

function tableOf(rows: readonly Row[], apis: readonly Api[], found: ReadonlyMap<string, Measurement>): string {
  const lines = rows.flatMap(row =>
    row.limits.flatMap(limit =>
      [1, 10, 100].flatMap(flooders => {
        const cells = apis.map(api => found.get([row.name, limit, flooders, api].join(' ')));
        if (cells.every(cell => cell === undefined)) return [];
        const ws = cells[apis.indexOf('ws')];
        const texts = [...cells.map(cell => timesCell(cell, ws)), joined(cells, memoryCell), joined(cells, busyCell)];
        return `| ${row.title} | ${limit / MIB} MiB | ${flooders} | ${texts.join(' | ')} |`;
      }),
    ),
  );
  if (lines.length === 0) return '';
  const heads = ['flood', 'limit', 'flooders', ...(apis.length === 1 ? ['router'] : apis), 'memory', 'processor'];
  return [`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`, ...lines].join('\n');
}

function timesCell(measured: Measurement | undefined, ws: Measurement | undefined): string {
  if (measured === undefined) return '–';
  const { p50, p99, max } = aboveBaseline(measured);
  const { fate } = measured;
  const text =
    fate === 'ended' || fate === 'too large'
      ? WORDS[fate]
      : `${fate === 'late' ? '> ' : ''}${[p50, p99, max].map(milliseconds).join(', ')}`;
  return complaintsOf(measured, ws).length > 0 ? `**${text}**` : text;
}

function joined(cells: readonly (Measurement | undefined)[], text: (measured: Measurement) => string): string {
  return cells.map(cell => (cell === undefined ? '–' : text(cell))).join(', ');
}

/** For each flooder. */
const memoryCell = ({ growth, flooders }: Measurement): string => mebibytes(growth / flooders);

const busyCell = ({ busy }: Measurement): string => `${(busy * 100).toFixed(0)} %`;

function milliseconds(value: number): string {
  return value < 9.95 ? value.toFixed(1) : value.toFixed(0);
}

function mebibytes(bytes: number): string {
  const value = bytes / MIB;
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} MiB`;
}
