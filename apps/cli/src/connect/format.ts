// How messages look: on a terminal with all that helps a reader, in a pipe for the program that reads it.

import type { CloseInfo } from '@ws/core';
import { CloseReason, type ConnectionResponse } from '@ws/types';
import { decodeText } from '@ws/util/primitives';
import { escapeControls } from '../terminal/escape.ts';
import { formatHex, formatHexDump } from '../terminal/hex.ts';
import { prettyJson } from '../terminal/json.ts';
import type { Paint } from '../terminal/paint.ts';

/** How messages are to look. */
export interface FormatOptions {
  readonly paint: Paint;
  /** Lay JSON out over several lines. */
  readonly isJson: boolean;
}

/** A text without anything that a terminal would obey; JSON in several lines and colours where that is wanted. */
export function formatText(text: string, { paint, isJson }: FormatOptions): string {
  // Escapes come first: the colours are ours. Between the tokens of JSON there is only white space to be escaped.
  const pretty = isJson ? prettyJson(text, paint, token => escapeControls(token)) : null;
  return pretty ?? escapeControls(text, '\n\t');
}

/** A message that came, for the terminal: marked, the lines after the first set in, so that they are no one else's. */
export function formatIncoming(payload: Uint8Array, isBinary: boolean, options: FormatOptions): string {
  const { paint } = options;
  const mark = paint.green('< ');
  if (!isBinary) return mark + formatText(decodeText(payload), options).replaceAll('\n', '\n  ');
  if (payload.length === 0) return mark + paint.dim('(binary, empty)');
  const size = paint.dim(`(binary, ${payload.length} bytes)`);
  if (payload.length <= 16) return `${mark}${size} ${formatHex(payload)}`;
  return `${mark}${size}\n${formatHexDump(payload).replace(/^/gm, '  ')}`;
}

/** A message that came, for a pipe: one line for a text that has none itself, hex for binary. */
export function formatPiped(payload: Uint8Array, isBinary: boolean, options: FormatOptions): string {
  return `${isBinary ? formatHex(payload, '') : formatText(decodeText(payload), options)}\n`;
}

/** The headers that the server answered with, a line each. */
export function formatResponse(response: ConnectionResponse | null): string[] {
  return Object.entries(response?.headers ?? {}).map(([name, value]) => escapeControls(`${name}: ${value}`));
}

/** How a connection closed: `1001 (GOING_AWAY): maintenance`. */
export function formatClose({ code, reason, wasClean, closedBy, localCode }: CloseInfo): string {
  const closing = new CloseReason(code ?? 1005, reason);
  const why = closing.reason === null ? '' : `: ${escapeControls(closing.reason)}`;
  const isAnswer = wasClean && closedBy === 'local' && localCode !== code;
  return `${closing.code} (${closing.name})${why}${isAnswer ? `, in answer to our ${localCode}` : ''}`;
}
