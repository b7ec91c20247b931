// Readers for the values of options: each takes what was typed, and throws what commander shows to the user.

import { InvalidArgumentError } from 'commander';

/** Reads a whole number of at least `minimum`. */
export function wholeNumber(minimum = 0, maximum: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return text => {
    const value = Number(text.replaceAll('_', ''));
    if (!/^\d[\d_]*$/.test(text) || value < minimum || value > maximum) {
      const range = maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum} on` : `${minimum} to ${maximum}`;
      throw new InvalidArgumentError(`It takes a whole number, ${range}.`);
    }
    return value;
  };
}

/** Reads milliseconds: a plain number, or one with a unit: `1500`, `1500ms`, `1.5s`, `2m`. */
export function milliseconds(text: string): number {
  const [, digits, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('It takes milliseconds, or a time such as 1.5s.');
  const value = Number(digits) * { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
  return Math.min(Math.round(value), 2 ** 31 - 1);
}

/** Reads a size in bytes: `65536`, `64k`, `16M`. */
export function byteSize(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError('It takes a size in bytes, such as 65536, 64k or 16M.');
  return Number(digits) * 1024 ** ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase());
}

/** Reads `Name: value` and adds it to those before. */
export function headerLine(
  text: string,
  before: readonly (readonly [string, string])[],
): (readonly [string, string])[] {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError('It takes a header line, such as "X-Token: abc".');
  return [...before, [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]];
}

/** Adds a value to those before, for options that may be repeated. */
export function anotherOne(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

/**
 * Makes a WebSocket URL of what people type: `localhost:9000`, `:9000`, `https://example.com/ws`.
 *
 * @returns the URL without user name and password, and those
 * @throws InvalidArgumentError
 */
export function webSocketUrl(text: string): { readonly url: string; readonly credentials: string | null } {
  let url = text.trim();
  if (/^:?\d+(?:[/?]|$)/.test(url)) url = `localhost:${url.replace(/^:/, '')}`;
  url = url.replace(/^http(s?):/i, 'ws$1:');
  if (!/^wss?:/i.test(url)) {
    if (/^[a-z][a-z\d+.-]*:\/\//i.test(url))
      throw new InvalidArgumentError(`${text} is not a ws:// or wss:// address.`);
    url = `ws://${url}`;
  }
  const [, scheme = '', userinfo, rest = ''] = /^(wss?:\/\/)(?:([^/?#@]*)@)?(.*)$/is.exec(url) ?? [];
  return { url: scheme + rest, credentials: userinfo === undefined ? null : unescapePercent(userinfo) };
}

function unescapePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
