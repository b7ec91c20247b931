import { allCases } from '../cases/case-table.ts';
import type { Closing } from '../cases/exchange.ts';
import type { CaseResult } from '../run/case-result.ts';
import { shownHex, shownText, type WireLogEntry } from '../wire/wire-log.ts';

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

/** One case in full, with the keys that the field's tools know. */
export function jsonCase(result: CaseResult): object {
  const { id, description, expectation, agent, behavior, behaviorClose, comparison, log } = result;
  return {
    case: allCases.findIndex(each => each.id === id) + 1,
    id,
    description,
    expectation,
    agent,
    started: result.startedAt.toISOString(),
    duration: result.duration,
    reportTime: id.startsWith('9.') || Number(id.split('.')[0]) >= 12,
    reportCompressionRatio: id.startsWith('12.') || id.startsWith('13.'),
    behavior,
    behaviorClose,
    expected: comparison?.expected ?? {},
    expectedClose: comparison?.expectedClose ?? {},
    received: comparison?.received ?? [],
    result: result.result,
    resultClose: result.resultClose,
    wirelog: (log?.entries ?? []).map(wireLogRow),
    createWirelog: (log?.omitted ?? 0) === 0,
    ...closingFacts(result),
    remoteCloseCode: result.remoteCloseCode,
    remoteCloseReason: result.remoteCloseReason,
    isServer: result.testerIsServer,
    createStats: true,
    rxOctetStats: log?.statistics.peer.octets ?? {},
    rxFrameStats: log?.statistics.peer.frames ?? {},
    txOctetStats: log?.statistics.tester.octets ?? {},
    txFrameStats: log?.statistics.tester.frames ?? {},
    httpRequest: result.httpRequest,
    httpResponse: result.httpResponse,
    trafficStats: null,
  };
}

const NO_CLOSING: Closing = {
  startedBy: null,
  peerClose: null,
  testerClosed: false,
  testerClose: null,
  peerEnded: false,
  isUnanswered: false,
};

function closingFacts({ closing, behaviorClose, resultClose, testerIsServer, httpResponse }: CaseResult): object {
  const { startedBy, peerClose, testerClosed, testerClose, peerEnded, isUnanswered } = closing ?? NO_CLOSING;
  const wasClean = peerClose !== null && testerClosed;
  const hasCode = testerClose !== null && testerClose.length >= 2;
  return {
    closedByMe: startedBy === 'tester',
    failedByMe: resultClose.startsWith('The peer broke a rule'),
    droppedByMe: !peerEnded,
    wasClean,
    wasNotCleanReason: wasClean ? null : resultClose,
    wasServerConnectionDropTimeout: !testerIsServer && behaviorClose === 'UNCLEAN' && !peerEnded,
    wasOpenHandshakeTimeout: !testerIsServer && closing !== null && httpResponse === '',
    wasCloseHandshakeTimeout: isUnanswered,
    localCloseCode: hasCode ? testerClose.readUInt16BE() : null,
    localCloseReason: hasCode && testerClose.length > 2 ? shownText(testerClose.subarray(2)) : null,
  };
}

/** `RF` and `TF` for frames received and sent, `RO` and `TO` for other octets, `REMARK` for what happened beside. */
function wireLogRow({ author, text, octets, length, frame }: WireLogEntry): readonly unknown[] {
  if (octets === null) return ['REMARK', text];
  const isReceived = author === 'peer';
  if (frame === null) {
    const row = [length, shownHex(octets)];
    return isReceived ? ['RO', row] : ['TO', row, false];
  }
  const { opcode, fin, rsv, maskingKey } = frame;
  const key = maskingKey === null ? null : maskingKey.toString(16).padStart(8, '0');
  const row = [length, shownText(octets)];
  return isReceived
    ? ['RF', row, opcode, fin, rsv, maskingKey !== null, key]
    : ['TF', row, opcode, fin, rsv, key, null, null, false];
}
