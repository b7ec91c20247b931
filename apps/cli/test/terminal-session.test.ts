// The conversation, in a real terminal.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { acceptDeflate } from '@ws/compress/deflate';
import { WebSocketServerProtocol } from '@ws/node';
import { describe, expect, test } from 'vitest';
import { echoService } from '../src/serve/service.ts';
import { hasProgram, serveWith } from './support/run-cli.ts';
import { openTerminal } from './support/terminal.ts';

const hasTmux = hasProgram('tmux');

describe.skipIf(!hasTmux)('wsc connect at a terminal', () => {
  test('lines go out, messages come in, each with its mark; /ping takes the time, /close closes', async () => {
    const url = await serveWith(echoService(), { perMessageCompressionAccept: acceptDeflate() }, ['chat']);
    const terminal = await openTerminal(['connect', '-s', 'chat', url]);
    await terminal.shows(/\* connected to ws:\S+ \(subprotocol chat, permessage-deflate\)\n[\s\S]*^>$/m);
    await terminal.enter('hello');
    await terminal.shows(/^> hello\n< hello\n>$/m);
    await terminal.enter('/hex 00 1b ff');
    await terminal.shows(/^< \(binary, 3 bytes\) 00 1b ff$/m);
    await terminal.enter('/ping');
    await terminal.shows(/^\* pong after \d+\.\d\d ms$/m);
    await terminal.enter('/pung');
    await terminal.shows(/^! no such command: \/pung; did you mean \/ping\? See \/help$/m);
    expect(await terminal.screen(true)).toContain('\x1b[32m<');
    await terminal.enter('/close 4000 see you');
    await terminal.shows(/^\* closed: 1000 \(NORMAL_CLOSURE\), in answer to our 4000\nstatus 0$/m);
  });

  test('Ctrl+C clears the line, then closes; Up brings back lines, of earlier runs too', async () => {
    const url = await serveWith(echoService());
    const terminal = await openTerminal(['connect', url]);
    await terminal.shows(/^>$/m);
    await terminal.enter('first');
    await terminal.shows(/< first/);
    await terminal.type('-l', 'not sent');
    await terminal.shows(/> not sent/);
    await terminal.type('C-c');
    await terminal.shows(/^>$/m);
    await terminal.type('Up');
    await terminal.shows(/> first$/m);
    await terminal.type('C-c');
    await terminal.shows(/< first\n>$/m);
    await terminal.type('C-c');
    const screen = await terminal.shows(/status \d/);
    expect(screen).toMatch(/\* closed: 1000 \(NORMAL_CLOSURE\)\nstatus 0$/);
    const history = join(terminal.folder, 'wsc', 'history');
    expect(readFileSync(history, 'utf8')).toBe('first\n');
    expect(statSync(history).mode & 0o777).toBe(0o600);
  });

  test('what is being typed stays whole when a message comes; the message cannot pretend to be more than one', async () => {
    let say: (text: string) => void = () => {};
    const url = await serveWith(
      class extends WebSocketServerProtocol {
        override onOpen(): void {
          say = text => this.sendMessage(text);
        }
      },
    );
    const terminal = await openTerminal(['connect', url]);
    await terminal.shows(/^>$/m);
    await terminal.type('-l', 'half a line');
    await terminal.shows(/> half a line/);
    say('one\n< forged\x1b[2J\x1b]0;title\x07');
    await terminal.shows(/^< one\n {2}< forged\\x1b\[2J\\x1b\]0;title\\x07\n> half a line$/m);
    await terminal.type('C-d');
    await terminal.type('C-c');
    await terminal.type('C-d');
    await terminal.shows(/status 0/);
  });

  test('a pipe into a terminal has neither prompt nor marks, and no controls either', async () => {
    const url = await serveWith(echoService());
    const terminal = await openTerminal(['connect', '--json', url, '-m', '{"a":"\x9b2J"}']);
    await terminal.shows(/^\{\n {2}"a": "\\x9b2J"\n\}\nstatus 0$/m);
    expect(await terminal.screen(true)).toContain('\x1b[34m"a"');
  });

  test('wsc bench shows how far it is', async () => {
    const url = await serveWith(echoService());
    const terminal = await openTerminal(['bench', '-c', '2', '-d', '400', url]);
    await terminal.shows(/[█░]{10,} +\d+ % {2}\d+ messages/);
    const screen = await terminal.shows(/status 0/);
    expect(screen).toMatch(/latency +p50 .* max/);
    expect(screen).not.toContain('░');
  });
});
