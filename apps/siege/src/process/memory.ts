// The memory of processes, as the kernel counts it.

import { readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of a process, in bytes: at present, and the most since {@link forgetPeak}. */
export interface Resident {
  readonly now: number;
  readonly peak: number;
}

/** Reads /proc (Linux only). */
export function residentOf(pid: number): Resident {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { now: kilobytes(status, 'VmRSS') * 1024, peak: kilobytes(status, 'VmHWM') * 1024 };
}

/** From now on the peak counts anew. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The processor time that a process has used, in milliseconds. */
export function processorTime(pid: number): number {
  // Behind the name, which may hold anything: state, then 10 more, then user and system time in ticks of 10 ms.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN);
}
