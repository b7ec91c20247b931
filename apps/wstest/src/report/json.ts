import { isFailure } from '../cases/verdict.ts';
import type { CaseResult } from '../run/case-result.ts';

/** The entry of one case in `index.json`. */
export interface IndexEntry {
  readonly behavior: string;
  readonly behaviorClose: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly remoteCloseCode: number | null;
  readonly reportfile: string;
}

/** The name of a report file without its ending. */
export function reportName({ agent, id }: Pick<CaseResult, 'agent' | 'id'>): string {
  return `${agent.replace(/[^A-Za-z0-9]+/g, '_').toLowerCase()}_case_${id.replaceAll('.', '_')}`;
}

/** The index over all agents and cases, in the form that the field's tools read. */
export function jsonIndex(results: readonly CaseResult[]): Record<string, Record<string, IndexEntry>> {
  const index: Record<string, Record<string, IndexEntry>> = {};
  for (const result of results) {
    const { agent, id, behavior, behaviorClose, duration, remoteCloseCode } = result;
    index[agent] ??= {};
    index[agent][id] = { behavior, behaviorClose, duration, remoteCloseCode, reportfile: `${reportName(result)}.json` };
  }
  return index;
}

/** One case in full. */
export function jsonCase(result: CaseResult): object {
  const { log, startedAt, testerIsServer, ...rest } = result;
  return {
    ...rest,
    isServer: testerIsServer,
    started: startedAt.toISOString(),
    isFailure: isFailure(result),
    rxOctetStats: log?.statistics.peer.octets ?? {},
    rxFrameStats: log?.statistics.peer.frames ?? {},
    txOctetStats: log?.statistics.tester.octets ?? {},
    txFrameStats: log?.statistics.tester.frames ?? {},
    wirelog: log?.entries ?? [],
    wirelogOmitted: log?.omitted ?? 0,
  };
}
