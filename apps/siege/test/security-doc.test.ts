// SECURITY.md says what the code does: its tables are compared with the options, with what is said of them in the
// source, and with the constants.

import { readFileSync } from 'node:fs';
import { CLIENT_OPTIONS, type OptionRow, SERVER_OPTIONS } from '@ws/core';
import { describe, expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const text = read('SECURITY.md');
const rows = [...text.matchAll(/^\| (.+) \| (.+) \| (.*) ?\|$/gm)].map(([, ...cells]) =>
  cells.map(cell => cell.trim()),
);
const OPTIONS: Readonly<Record<string, OptionRow>> = { ...SERVER_OPTIONS, ...CLIENT_OPTIONS };
const optionRows = rows.filter(([name = '']) => Object.hasOwn(OPTIONS, name.replaceAll('`', '')));

describe('SECURITY.md', () => {
  test.each(optionRows)('%s is %s by default, and does what is said', (cell = '', value, effect) => {
    const name = cell.replaceAll('`', '');
    expect(value).toBe(`\`${JSON.stringify(OPTIONS[name]!.default)}\``);
    const said = new RegExp(`/\\*\\* ([^\\n]*) \\*/\\n\\s+${name}: row\\(`).exec(
      read('packages/core/src/options/options.ts'),
    );
    expect(effect).toBe(said?.[1]);
  });
  test('has every option that is a limit of size, number or time', () => {
    const limits = Object.keys(OPTIONS).filter(name => /^max|Timeout$|^allow|Incoming$/.test(name));
    const named = optionRows.map(([name = '']) => name.replaceAll('`', ''));
    expect(limits.filter(name => !named.includes(name))).toEqual([]);
  });
  test.each([
    ['header lines', '256', 'core/src/handshake/http-head.ts', /MAX_HEADERS = (\S+);/],
    ['extensions in a header', '256', 'core/src/handshake/extensions-header.ts', /MAX_PARTS = (\S+);/],
    ['body of a refusal', '65536 bytes', 'core/src/handshake/refusal-body.ts', /MAX_REFUSAL_BODY = (\S+);/],
    ['read ahead', '65536 bytes', 'core/src/messages/delivery.ts', /LOOK_AHEAD = (\S+);/],
    ['final deflate blocks', '64', 'compress/src/deflate/trailer.ts', /MAX_FINAL_BLOCKS = (\S+);/],
    ['`maxMessageSize`', '1048576 bytes', 'connection/src/connection-options.ts', /DEFAULT_MESSAGE_SIZE = (.+);/],
    ['`messageQueueSize`', '1 message', 'connection/src/connection-options.ts', /messageQueueSize = (\d+)/],
    [
      '`connectTimeout`, `disconnectTimeout`',
      '60000 ms',
      'connection/src/connection-options.ts',
      /DEFAULT_TIMEOUT = (\S+);/,
    ],
    ['`keepalive`', '20000 ms', 'node/src/client/open-web-socket.ts', /interval = (\S+), timeout = 20_000/],
    ['TLS handshake', '10000 ms', 'node/src/server/listen.ts', /TLS_HANDSHAKE_TIMEOUT = (\S+);/],
  ] as const)('%s: %s', (name, value, path, pattern) => {
    expect(rows.find(([cell = '']) => cell.startsWith(name))?.[1]).toBe(value);
    const [base = '', power = '1'] = (pattern.exec(read(`packages/${path}`))?.[1] ?? '')
      .replaceAll('_', '')
      .split(' ** ');
    expect(`${Number(base) ** Number(power)}`).toBe(value.split(' ')[0]);
  });
  test('names nothing that is not there', () => {
    for (const [, path = ''] of text.matchAll(/`(apps\/[\w./-]+)`/g)) {
      expect(() => readFileSync(new URL(path, root))).not.toThrow(/ENOENT/);
    }
  });
});
