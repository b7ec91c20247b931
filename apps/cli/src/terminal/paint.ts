import type { Io, Output } from '../io.ts';

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

/** Colours text; without colours the text as it is. */
export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/** Colours for `output`: where it is a terminal, unless `NO_COLOR` or `FORCE_COLOR` says otherwise. */
export function createPaint(output: Output, env: Io['env']): Paint {
  const isForced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const isUsable = output.isTTY === true && env.TERM !== 'dumb' && env.FORCE_COLOR !== '0';
  const isColoured = !env.NO_COLOR && (isForced || isUsable);
  const paint = Object.entries(CODES).map(([name, [on, off]]) => [
    name,
    (text: string) => (isColoured && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text),
  ]);
  return Object.fromEntries(paint) as Paint;
}
