import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { escapeControls } from '../src/terminal/escape.ts';
import { formatHex, formatHexDump, parseHex } from '../src/terminal/hex.ts';
import { prettyJson } from '../src/terminal/json.ts';
import { createPaint } from '../src/terminal/paint.ts';

const paint = createPaint(new PassThrough(), {});

describe('escapeControls', () => {
  test.each([
    ['the escape that begins every terminal command', 'a\x1b[2Jb', 'a\\x1b[2Jb'],
    ['the same in one byte (C1)', '\x9b2J', '\\x9b2J'],
    ['carriage return, which lets a line be written over', 'a\rb', 'a\\rb'],
    ['backspace, bell, delete', '\b\x07\x7f', '\\x08\\x07\\x7f'],
    ['line ends and tabs', 'a\n\tb', 'a\\n\\tb'],
    ['what turns the direction of writing', 'a\u202eb\u2066', 'a\\u{202e}b\\u{2066}'],
    ['what cannot be seen', 'a\u200bb\ufeff\u{e0041}', 'a\\u{200b}b\\u{feff}\\u{e0041}'],
    ['half a surrogate pair', 'a\ud83d', 'a\\u{d83d}'],
  ])('shows %s', (_what, text, shown) => {
    expect(escapeControls(text)).toBe(shown);
  });
  test('leaves letters, emoji and their joiners', () => {
    const text = 'Grüße, 世界, नमस्ते 👩‍👩‍👧 ﷺ';
    expect(escapeControls(text)).toBe(text);
  });
  test('keeps what is asked for', () => {
    expect(escapeControls('a\n\tb\r', '\n\t')).toBe('a\n\tb\\r');
  });
});

describe('hex', () => {
  test('is written and read', () => {
    expect(formatHex(Uint8Array.of(0, 255, 16))).toBe('00 ff 10');
    expect(parseHex('0x00 FF:10')).toEqual(Uint8Array.of(0, 255, 16));
    expect(() => parseHex('0g')).toThrow(RangeError);
    expect(() => parseHex('123')).toThrow(RangeError);
  });
  test('comes in lines of 16 with what is ASCII', () => {
    expect(formatHexDump(Buffer.from('GET / HTTP/1.1\r\n\x1b[2J')).split('\n')).toEqual([
      '000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..',
      `000010  1b 5b 32 4a${' '.repeat(39)}.[2J`,
    ]);
  });
  test('says what it leaves out', () => {
    expect(formatHexDump(new Uint8Array(40), 16)).toMatch(/^000000.*\n… and 24 bytes more$/);
  });
});

describe('prettyJson', () => {
  const pretty = (text: string): string | null => prettyJson(text, paint, escapeControls);

  test('lays out objects and lists', () => {
    expect(pretty('{"a":[1,{}],"b":[],"c":"x, {y}: \\" z"}')).toBe(
      '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": [],\n  "c": "x, {y}: \\" z"\n}',
    );
  });
  test('changes no number and drops no key', () => {
    expect(pretty('[12345678901234567890, 1.0, -2E+3]')).toBe('[\n  12345678901234567890,\n  1.0,\n  -2E+3\n]');
    expect(pretty('{"a":1,"a":2}')).toBe('{\n  "a": 1,\n  "a": 2\n}');
  });
  test('says when it is none', () => {
    expect(pretty('{a:1}')).toBeNull();
  });
  test('shows controls that JSON allows in strings', () => {
    expect(pretty('"\x9b2J\u202e"')).toBe('"\\x9b2J\\u{202e}"');
  });
});

describe('createPaint', () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  test.each([
    ['a terminal', terminal, {}, true],
    ['a pipe', new PassThrough(), {}, false],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['FORCE_COLOR', new PassThrough(), { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['a terminal without colours', terminal, { TERM: 'dumb' }, false],
  ])('minds %s', (_what, output, env, isColoured) => {
    expect(createPaint(output, env).red('x')).toBe(isColoured ? '\x1b[31mx\x1b[39m' : 'x');
  });
});
