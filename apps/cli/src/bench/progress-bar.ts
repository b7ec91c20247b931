import type { Io } from '../io.ts';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar for a share of 0 to 1, to an eighth of a column. */
export function formatBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

/**
 * Shows how far something is, on the standard error where that is a terminal.
 *
 * @param read the share that is done, 0 to 1, and what else is to be said
 * @returns a function that takes the bar away
 */
export function showProgress({ stderr }: Io, read: () => readonly [share: number, text: string]): () => void {
  if (!stderr.isTTY) return () => {};
  const draw = (): void => {
    const [share, text] = read();
    const width = Math.max(10, Math.min(40, (stderr.columns ?? 80) - text.length - 12));
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    stderr.write(`\r\x1b[K${formatBar(share, width).padEnd(width, '░')} ${percent}  ${text}`);
  };
  draw();
  const timer = setInterval(draw, 100);
  return () => {
    clearInterval(timer);
    stderr.write('\r\x1b[K');
  };
}
