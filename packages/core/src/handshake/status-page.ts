import { formatRejection } from './rejection.ts';

/**
 * Formats the answer to a browser that asks a WebSocket endpoint for a page. The page says that this is a WebSocket
 * endpoint, and nothing about the request, the version, or the machine. It runs no script and links nowhere.
 *
 * @param server the server's name, in the page and in the `Server` header; `null` or `''`: in neither
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
