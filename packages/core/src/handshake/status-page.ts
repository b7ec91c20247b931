import { formatRejection } from './rejection.ts';

/**
 * The answer to a browser that asks a WebSocket endpoint for a page: says what this is, and nothing about the request,
 * the version, or the machine. It runs no script and goes nowhere else.
 *
 * @param server what to call the server, in the page and in `Server`; `null` or `''`: neither
 */
export function formatStatusPage(server: string | null): Uint8Array {
  const name = escapeHtml(server || 'WebSocket');
  return formatRejection({
    status: 200,
    server,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'",
      'X-Content-Type-Options': 'nosniff',
    },
    body:
      `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>${name}</title><h1>${name}</h1>` +
      '<p>This is a WebSocket endpoint, not a web server.</p></html>\n',
  });
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
}
