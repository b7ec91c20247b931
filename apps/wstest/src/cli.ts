#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { type CommandLine, formatHelp, readCommandLine } from './cli-options.ts';
import { runBroadcastClient, runEchoClient, startBroadcastServer, startEchoServer } from './modes/echo.ts';
import { fuzzClients, fuzzServers } from './modes/fuzzing.ts';
import { massConnect } from './modes/mass-connect.ts';
import { runTesteeClient, startTesteeServer, type TesteeServer } from './modes/testee.ts';

const DEFAULT_PORT = 9001;

/** Does what the command line asks for; the result is the exit status, or null when a server keeps running. */
async function run(line: CommandLine): Promise<number | null> {
  const where = { host: line.text('host') ?? '127.0.0.1', port: line.number('port', DEFAULT_PORT) };
  switch (line.mode) {
    case 'fuzzingclient':
      return (await fuzzServers(line)) ? 0 : 1;
    case 'fuzzingserver':
      return announce(await fuzzClients(line), line);
    case 'testeeserver':
      return announceTestee(await startTesteeServer(where), line);
    case 'echoserver':
      return announce(await startEchoServer(where), line);
    case 'broadcastserver':
      return announce(await startBroadcastServer(where), line);
    case 'testeeclient': {
      const count = await runTesteeClient({
        url: urlOf(line),
        agent: line.text('agent') ?? '@ws/node',
        concurrency: line.number('concurrency', 16),
      });
      return say(`${count} cases done\n`);
    }
    case 'echoclient': {
      const times = await runEchoClient({
        url: urlOf(line),
        count: line.number('count', 10),
        size: line.number('size', 64),
      });
      return say(times.map((time, i) => `${i + 1}: ${time.toFixed(2)} ms\n`).join(''));
    }
    case 'broadcastclient':
      await runBroadcastClient(urlOf(line), line.text('message'), text => say(`${JSON.stringify(text)}\n`));
      return 0;
    case 'massconnect': {
      const result = await massConnect({
        url: urlOf(line),
        connections: line.number('count', 1000),
        rate: line.number('rate', 1000),
        hold: line.number('hold', 1000),
        peerPid: line.number('peer-pid', 0) || null,
      });
      say(`${JSON.stringify(result, null, 2)}\n`);
      return result.failed > 0 || result.dropped > 0 ? 1 : 0;
    }
  }
}

function urlOf(line: CommandLine): string {
  const url = line.text('url');
  if (url === null) throw new TypeError(`${line.mode} needs --url`);
  return url;
}

function announce(server: { readonly port: number | null }, line: CommandLine): null {
  say(`${line.mode} listens on ${line.text('host') ?? '127.0.0.1'}:${server.port}\n`);
  return null;
}

function announceTestee(server: TesteeServer, line: CommandLine): null {
  announce(server, line);
  say(`HTTP/2 on port ${server.http2Port}\n`);
  return null;
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  const words = process.argv.slice(2);
  const line = words[0] === '--version' ? null : readCommandLine(words);
  if (words[0] === '--version') say(`${version()}\n`);
  else if (line === null) say(formatHelp());
  else {
    const status = await run(line);
    if (status !== null) process.exit(status);
  }
} catch (error) {
  process.stderr.write(`wstest: ${(error as Error).message}\n`);
  process.exit(2);
}
