import { describe, expect, test } from 'vitest';
import { formatStatusPage } from '../../src/handshake/status-page.ts';
import { text } from './support.ts';

describe('formatStatusPage', () => {
  test('is a complete answer that closes the connection', () => {
    const page = text(formatStatusPage(null));
    const [head, body] = page.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: text\/html; charset=utf-8\r\n/);
    expect(head).toContain(`\r\nContent-Length: ${body!.length}\r\nConnection: close`);
    expect(head).not.toContain('Server');
    expect(body).toContain('<h1>WebSocket</h1>');
    expect(body).toContain('WebSocket endpoint');
  });

  test('escapes the name of the server, and runs nothing', () => {
    const page = text(formatStatusPage(`<script>'"&`));
    expect(page).toContain(`\r\nServer: <script>'"&\r\n`);
    expect(page).toContain('<h1>&#60;script&#62;&#39;&#34;&#38;</h1>');
    expect(page).toContain("Content-Security-Policy: default-src 'none'");
  });
});
