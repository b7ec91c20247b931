import { UsageError } from '../exit-status.ts';

/** A TCP port, or a Unix domain socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * Reads `port`, `host:port`, `[::1]:port`, or `unix:/path`.
 *
 * @param defaultHost what a port alone means
 * @throws UsageError
 */
export function parsePlace(text: string, defaultHost = '127.0.0.1'): Place {
  if (text.startsWith('unix:')) return { path: text.slice(5) };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]:|([^:]*):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65535) throw new UsageError(`${text} is neither [host:]port nor unix:/path`);
  return { host: bracketed ?? (plain || defaultHost), port };
}

/** The other way round. */
export function formatPlace(place: Place): string {
  if ('path' in place) return `unix:${place.path}`;
  return `${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`;
}
