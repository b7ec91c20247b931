import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { acceptDeflate } from '@ws/compress/deflate';
import { afterAll, describe, expect, test } from 'vitest';
import { type ClientValues, createClient } from '../src/client-options.ts';
import { COMMAND_NAMES, runCommand } from '../src/connect/commands.ts';
import { readHistory, writeHistory } from '../src/connect/history.ts';
import { openSession, type Session } from '../src/connect/session.ts';
import { echoService } from '../src/serve/service.ts';
import { serveWith } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'wsc-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function open(): Promise<{ session: Session; next: () => Promise<Uint8Array> }> {
  const url = await serveWith(echoService(), { perMessageCompressionAccept: acceptDeflate() });
  const values: ClientValues = { header: [], subprotocol: [], compression: true, timeout: 5000, maxSize: 1024 };
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const session = await openSession(
    createClient(url, values, { ...streams, env: {}, interrupted: new AbortController().signal }),
  );
  const messages = new PassThrough({ objectMode: true });
  session.listen({ onMessage: payload => void messages.write(payload) });
  const iterator = messages[Symbol.asyncIterator]();
  return { session, next: async () => (await iterator.next()).value };
}

describe('the commands of a conversation', () => {
  test('/hex and /file send binary messages', async () => {
    const { session, next } = await open();
    expect(await runCommand(session, '/hex 0x00 ff')).toBe('sent 2 bytes');
    expect(await next()).toEqual(Uint8Array.of(0, 255));
    const file = join(folder, 'a file');
    writeFileSync(file, 'abc');
    expect(await runCommand(session, `/file ${file}`)).toBe('sent 3 bytes');
    expect(await next()).toEqual(Uint8Array.from(Buffer.from('abc')));
    await expect(runCommand(session, '/hex zz')).rejects.toThrow('not hex');
    await expect(runCommand(session, '/file /does/not/exist')).rejects.toThrow('ENOENT');
    await runCommand(session, '/quit');
    expect(await session.closed).toMatchObject({ wasClean: true });
  });

  test('/ping takes the time of each ping, also of several at once', async () => {
    const { session } = await open();
    const pongs = await Promise.all([runCommand(session, '/ping'), runCommand(session, '/ping with text')]);
    for (const pong of pongs) expect(pong).toMatch(/^pong after \d+\.\d\d ms$/);
    const late = runCommand(session, '/ping');
    session.close();
    session.close();
    await expect(late).rejects.toThrow('closed before the pong came');
  });

  test('/info and /help say what there is', async () => {
    const { session } = await open();
    expect(await runCommand(session, '/info')).toMatch(/^compression +permessage-deflate\nsent +0 messages/m);
    const help = await runCommand(session, '/help');
    for (const name of COMMAND_NAMES) expect(help).toContain(`${name} `);
    await runCommand(session, '/close');
    await session.closed;
  });

  test('/close refuses codes that may not stand in a frame (RFC 6455, 7.4), and stays open', async () => {
    const { session } = await open();
    for (const code of [999, 1005, 1006, 1015, 5000]) {
      await expect(runCommand(session, `/close ${code} x`)).rejects.toThrow('may not stand in a Close frame');
    }
    expect(session.isOpen).toBe(true);
    await runCommand(session, '/close 1001 going');
    expect(await session.closed).toMatchObject({ localCode: 1001, localReason: 'going' });
  });
});

describe('history', () => {
  test('is kept in order, up to a limit; that it cannot be kept is no error', () => {
    const env = { WSC_HISTORY: join(folder, 'deep', 'er', 'history') };
    expect(readHistory(env)).toEqual([]);
    writeHistory(env, ['latest', 'before']);
    expect(readHistory(env)).toEqual(['latest', 'before']);
    expect(readFileSync(env.WSC_HISTORY, 'utf8')).toBe('before\nlatest\n');
    writeHistory(
      env,
      Array.from({ length: 1500 }, (_, i) => `${i}`),
    );
    expect(readHistory(env)).toHaveLength(1000);
    writeHistory({ WSC_HISTORY: join(env.WSC_HISTORY, 'under-a-file') }, ['x']);
  });
});
