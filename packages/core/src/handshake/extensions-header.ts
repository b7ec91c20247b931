import type { ExtensionParams } from '@ws/types';
import { isToken } from '@ws/util';
import { HandshakeError } from './handshake-error.ts';

/** One extension of the header: its name in lower case, and its parameters. */
export type Extension = [name: string, params: ExtensionParams];

/**
 * Reads `Sec-WebSocket-Extensions` (RFC 6455, 9.1), in linear time.
 *
 * Lenient where that is harmless: names and values are not held to the token grammar, and an empty parameter (`a;`)
 * has the name `''`. Whoever knows the extension judges that; extensions that nobody knows do not matter.
 *
 * @throws {@link HandshakeError} when a quoted string does not end
 */
export function parseExtensions(value: string): Extension[] {
  const extensions: Extension[] = [];
  for (const element of splitUnquoted(value, ',')) {
    if (element === '') continue;
    const [name = '', ...parts] = splitUnquoted(element, ';');
    const params: Record<string, (string | true)[]> = Object.create(null);
    for (const part of parts) {
      const equals = part.indexOf('=');
      const key = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
      params[key] ??= [];
      params[key].push(equals < 0 ? true : unquote(part.slice(equals + 1).trim()));
    }
    extensions.push([name.toLowerCase(), params]);
  }
  return extensions;
}

/** Writes `Sec-WebSocket-Extensions`; values that are no tokens are quoted. */
export function formatExtensions(extensions: readonly Extension[]): string {
  return extensions
    .map(([name, params]) => {
      const parts = Object.entries(params).flatMap(([key, values]) =>
        values.map(value => (value === true ? key : `${key}=${quote(value)}`)),
      );
      return [name, ...parts].join('; ');
    })
    .join(', ');
}

/** The trimmed parts between the separators that stand outside of quoted strings. */
function splitUnquoted(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') isQuoted = !isQuoted;
    else if (char === '\\' && isQuoted) i++;
    else if (char === separator && !isQuoted) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  if (isQuoted) throw new HandshakeError('ERR_EXTENSIONS');
  parts.push(text.slice(start).trim());
  return parts;
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value;
}

function quote(value: string): string {
  return isToken(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
