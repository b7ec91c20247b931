import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CommandLine, readCommandLine } from '../src/cli-options.ts';
import { fuzzClients, fuzzServers } from '../src/modes/fuzzing.ts';
import { runSampleClient, startSampleServer } from './support/sample-peer.ts';

const folder = mkdtempSync(join(tmpdir(), 'wstest-fuzzing-'));
const output: string[] = [];

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation(text => output.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  output.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true }));

function commandLine(mode: string, spec: object, ...more: string[]): CommandLine {
  const file = join(folder, 'spec.json');
  writeFileSync(file, JSON.stringify(spec));
  return readCommandLine([mode, '--spec', file, ...more])!;
}

function readIndex(outdir: string): Record<string, Record<string, { behavior: string }>> {
  return JSON.parse(readFileSync(join(outdir, 'index.json'), 'utf8')) as ReturnType<typeof readIndex>;
}

describe('fuzzingclient with a file of settings', () => {
  test('tests each server with the cases that are not excluded, and fails when one fails', async () => {
    const [good, bad] = [await startSampleServer('none'), await startSampleServer('wrong close code')];
    const outdir = join(folder, 'servers');
    const spec = {
      outdir,
      servers: [
        { agent: 'good', url: good.url, origin: 'http://localhost' },
        { agent: 'bad', url: bad.url, options: { version: 18 } },
      ],
      cases: ['1.1.*', '7.3.3'],
      'exclude-cases': ['1.1.6', '1.1.7', '1.1.8'],
      'exclude-agent-cases': { good: ['7.*'], 'b*': ['1.1.2'] },
    };
    expect(await fuzzServers(commandLine('fuzzingclient', spec))).toBe(false);
    good.close();
    bad.close();
    const index = readIndex(outdir);
    expect(Object.keys(index['good']!)).toEqual(['1.1.1', '1.1.2', '1.1.3', '1.1.4', '1.1.5']);
    expect(Object.keys(index['bad']!)).toEqual(['1.1.1', '1.1.3', '1.1.4', '1.1.5', '7.3.3']);
    expect(index['bad']!['7.3.3']).toMatchObject({ behavior: 'FAILED', behaviorClose: 'WRONG CODE' });
    expect(output.join('')).toContain('7.3.3 FAILED');
  });

  test('passes when none fails; the command line goes before the file', async () => {
    const server = await startSampleServer('none');
    const line = commandLine('fuzzingclient', { cases: ['*'] }, '-u', server.url, '-c', '1.1.1', '-o', `${folder}/own`);
    expect(await fuzzServers(line)).toBe(true);
    server.close();
    expect(output.join('')).toContain('1 OK');
  });

  test('says once that a server cannot be reached, and goes on with the next one', async () => {
    vi.spyOn(process.stderr, 'write').mockImplementation(text => output.push(String(text)) > 0);
    const [gone, server] = [await startSampleServer('none'), await startSampleServer('none')];
    gone.close();
    const spec = { outdir: `${folder}/gone`, cases: ['1.1.*'], servers: [{ url: gone.url }, { url: server.url }] };
    expect(await fuzzServers(commandLine('fuzzingclient', spec))).toBe(false);
    server.close();
    expect(output.join('').match(/ECONNREFUSED/g)).toHaveLength(1);
    expect(output.join('')).toContain('8 OK');
  });

  test.each([
    [{ servers: [{ url: 'http://127.0.0.1:1' }] }, 'not a WebSocket URL: http://127.0.0.1:1'],
    [{ servers: [{ url: 'nonsense' }] }, 'not a WebSocket URL: nonsense'],
    [{ servers: [{ url: 'ws://127.0.0.1:1' }], cases: ['99.1'] }, 'no case fits 99.1'],
  ])('says of %j what makes no sense before it connects', async (spec, message) => {
    await expect(fuzzServers(commandLine('fuzzingclient', spec))).rejects.toThrow(message);
  });

  test('needs a server', async () => {
    await expect(fuzzServers(commandLine('fuzzingclient', {}))).rejects.toThrow('needs --url');
  });

  test.each([
    [[], 'not an object'],
    [{ cases: '1.*' }, '"cases" has the wrong type'],
    [{ servers: [{ agent: 'x' }] }, '"servers" has the wrong type'],
    [{ 'exclude-agent-cases': ['1.*'] }, '"exclude-agent-cases" has the wrong type'],
  ])('refuses the settings %j', async (spec, message) => {
    await expect(fuzzServers(commandLine('fuzzingclient', spec))).rejects.toThrow(message);
  });
});

describe('fuzzingserver with a file of settings', () => {
  test('serves clients as the suites of the field do, and says at the end how they did', async () => {
    const statuses: unknown[] = [];
    const exited = new Promise<void>(resolve => {
      vi.spyOn(process, 'exit').mockImplementation(status => {
        if (statuses.push(status) === 2) resolve();
        return undefined as never;
      });
    });
    const outdir = join(folder, 'clients');
    const spec = { outdir, cases: ['7.3.3', '1.1.2'], 'exclude-agent-cases': { 'other*': ['7.*'] } };
    const server = await fuzzClients(commandLine('fuzzingserver', spec, '--port', '0'));
    const ask = (query: string): Promise<void> => runSampleClient(`ws://127.0.0.1:${server.port}/${query}`, 'none');
    for (const agent of ['one', 'other 2'])
      for (const number of [1, 2]) await ask(`runCase?case=${number}&agent=${agent}`);
    await ask('updateReports?agent=one');
    expect(statuses).toEqual([]);
    const index = readIndex(outdir);
    expect(index).toMatchObject({ one: { '1.1.2': { behavior: 'OK' }, '7.3.3': { behavior: 'OK' } } });
    expect(Object.keys(index['other 2']!)).toEqual(['1.1.2']);
    await ask('updateReports?agent=one&shutdownOnComplete=true');
    await ask('stopServer');
    await exited;
    expect(statuses).toEqual([0, 0]);
    await server.close();
  });
});
