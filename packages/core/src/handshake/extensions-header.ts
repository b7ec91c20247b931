import type { ExtensionParams } from '@ws/types';
import { HandshakeError } from '../errors/handshake-error.ts';

/** One extension of the header: its name in lower case, and its parameters. */
export type Extension = [name: string, params: ExtensionParams];

/** The most extensions in a header, and parameters of one. No honest peer sends more. */
const MAX_PARTS = 256;

/**
 * Reads `Sec-WebSocket-Extensions` (RFC 6455, 9.1), in linear time.
 *
 * Lenient where that is harmless: names and values are not held to the token grammar, and an empty parameter (`a;`)
 * has the name `''`. The code of the extension judges these; for unknown extensions they do not matter.
 *
 * @throws {@link HandshakeError} when a quoted string does not end, or there are more than 256 extensions, or more than
 * 256 parameters of one
 */
export function parseExtensions(value: string): Extension[] {
  const extensions: Extension[] = [];
  if (value === '') return extensions;
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

/** Splits at the separators outside of quoted strings, and trims the parts. */
function splitUnquoted(text: string, separator: string): string[] {
  // A header value has no NUL, so NUL can mark where to split.
  const marked = text.replace(/"(?:[^"\\]|\\.)*("?)|[,;]/g, (match, end) => {
    if (end === '') throw new HandshakeError('ERR_EXTENSIONS');
    return match === separator ? '\0' : match;
  });
  const parts = marked.split('\0', MAX_PARTS + 1);
  if (parts.length > MAX_PARTS) throw new HandshakeError('ERR_EXTENSIONS');
  return parts.map(part => part.trim());
}

function unquote(value: string): string {
  return value.replace(/^"(.*)"$/, (_, inner: string) => inner.replace(/\\(.)/g, '$1'));
}
