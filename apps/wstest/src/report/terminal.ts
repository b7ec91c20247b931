import type { WriteStream } from 'node:tty';
import { type Behavior, isFailure } from '../cases/verdict.ts';
import type { CaseResult } from '../run/case-result.ts';
import { sectionTitle } from './sections.ts';

/** Shows on a terminal how far a run is; on anything else it is silent. */
export class Progress {
  readonly #output: WriteStream;
  readonly #total: number;
  #done = 0;
  #failed = 0;

  constructor(output: WriteStream, total: number) {
    this.#output = output;
    this.#total = total;
  }

  /** Counts a case. */
  add(result: CaseResult): void {
    this.#done++;
    if (isFailure(result)) this.#failed++;
    if (!this.#output.isTTY) return;
    this.#output.write(
      `\r\x1b[K${this.#done}/${this.#total}  ${this.#failed} failed  last: ${result.id} ${result.behavior}`,
    );
    if (this.#done === this.#total) this.#output.write('\r\x1b[K');
  }
}

/** The result of a run in plain text: counts per section, then each failure with its reason. */
export function formatSummary(results: readonly CaseResult[]): string {
  const lines: string[] = [];
  for (const agent of new Set(results.map(result => result.agent))) {
    const own = results.filter(result => result.agent === agent);
    lines.push(printable(agent));
    for (const section of new Set(own.map(({ id }) => id.split('.')[0]!))) {
      const inSection = own.filter(({ id }) => id.split('.')[0] === section);
      lines.push(`  ${section.padStart(2)} ${sectionTitle(section).padEnd(32)} ${formatCounts(inSection)}`);
    }
    lines.push(`  ${'all'.padEnd(35)} ${formatCounts(own)}`);
    for (const result of own.filter(isFailure)) lines.push(printable(`  ${result.id} ${describeFailure(result)}`));
  }
  return `${lines.join('\n')}\n`;
}

function formatCounts(results: readonly CaseResult[]): string {
  const counts = new Map<Behavior, number>();
  for (const result of results) {
    const name = isFailure(result) && result.behavior !== 'FAILED' ? worst(result) : result.behavior;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

function worst({ behavior, behaviorClose }: CaseResult): Behavior {
  return isFailure({ behavior, behaviorClose: 'OK' }) ? behavior : behaviorClose;
}

function describeFailure(result: CaseResult): string {
  const why = isFailure({ behavior: result.behavior, behaviorClose: 'OK' }) ? result.result : result.resultClose;
  return `${worst(result)}: ${why}`;
}

/** Peers choose names and reasons: nothing of theirs may move the cursor. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
