// What peers say is shown, never obeyed: a terminal takes control characters as commands.

/**
 * C0 and C1 controls, line and paragraph separators, whatever turns the direction of writing, invisible fillers, tags,
 * and halves of surrogate pairs. Joiners stay: scripts and emoji need them.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  /[\0-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Cs}/gu;

/** Writes what a terminal would obey as `\x1b` or `\u{202e}`. Tabs and line ends are kept where `keeps` has them. */
export function escapeControls(text: string, keeps = ''): string {
  return text.replace(UNSAFE, sign => (keeps.includes(sign) ? sign : escapeSign(sign)));
}

function escapeSign(sign: string): string {
  if (sign === '\n') return '\\n';
  if (sign === '\r') return '\\r';
  if (sign === '\t') return '\\t';
  const code = sign.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
