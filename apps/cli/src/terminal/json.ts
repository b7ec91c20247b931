import type { Paint } from './paint.ts';

/** The tokens of JSON; strings first, so that nothing inside them is taken for something else. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * Lays out JSON over several lines, in colours; `null` when the text is none.
 *
 * It is laid out token by token: big numbers, repeated keys and escapes stay what they were.
 *
 * @param makeSafe makes the text of each token fit to be shown
 */
export function prettyJson(text: string, paint: Paint, makeSafe: (token: string) => string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  const newLine = (): string => `\n${'  '.repeat(depth)}`;
  return tokens
    .map((token, i) => {
      const next = tokens[i + 1];
      if (token === '{' || token === '[') {
        if (next === '}' || next === ']') return token;
        depth++;
        return token + newLine();
      }
      if (token === '}' || token === ']') {
        const before = tokens[i - 1];
        if (before === '{' || before === '[') return token;
        depth--;
        return newLine() + token;
      }
      if (token === ',') return token + newLine();
      if (token === ':') return ': ';
      return paintValue(makeSafe(token), next === ':', paint);
    })
    .join('');
}

function paintValue(token: string, isKey: boolean, paint: Paint): string {
  if (isKey) return paint.blue(token);
  if (token.startsWith('"')) return paint.green(token);
  return /^[tfn]/.test(token) ? paint.magenta(token) : paint.yellow(token);
}
