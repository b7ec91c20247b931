// The page itself, over HTTP: a handful of files that are read once, and nothing else of the disk.

import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Only what comes from here runs, nothing inline, and nobody frames it. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

/** Answers requests for the files of a folder. */
export function servePage(folder: URL): (request: IncomingMessage, response: ServerResponse) => void {
  const files = new Map<string, { readonly type: string; readonly body: Buffer }>();
  for (const name of readdirSync(folder)) {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    if (type !== undefined) files.set(`/${name}`, { type, body: readFileSync(new URL(name, folder)) });
  }
  return ({ method, url = '/' }, response) => {
    const path = url.replace(/[?#].*/s, '');
    const file = files.get(path === '/' ? '/index.html' : path);
    const isRead = method === 'GET' || method === 'HEAD';
    const status = file === undefined ? 404 : isRead ? 200 : 405;
    const body = status === 200 ? file!.body : Buffer.from(`${status}\n`);
    const type = status === 200 ? file!.type : 'text/plain';
    const allow = status === 405 ? { Allow: 'GET, HEAD' } : {};
    response.writeHead(status, { ...HEADERS, ...allow, 'Content-Type': type, 'Content-Length': body.length });
    response.end(method === 'HEAD' ? undefined : body);
  };
}
