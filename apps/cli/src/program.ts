// The command line: what there is, and what is called with what was typed.

import { HandshakeError } from '@ws/core';
import { Command, CommanderError, Help, type Option } from 'commander';
import { addBenchOptions, bench } from './bench/bench.ts';
import { addBridgeOptions, bridge } from './bridge/bridge.ts';
import { addConnectOptions, connect } from './connect/connect.ts';
import { ExitStatus, statusOfError } from './exit-status.ts';
import type { Io } from './io.ts';
import { addServeOptions, serve } from './serve/serve.ts';
import { escapeControls } from './terminal/escape.ts';
import { VERSION } from './version.ts';

const STATUSES = `
Exit status:
  0  all went well; the connection was closed with 1000, 1001 or no code
  1  it ended in another way, or what was to be done failed
  2  the command line makes no sense
  3  no connection: no such name, refused, too slow, certificate not trusted
  4  the server or the proxy answered, and refused
`;

const CONNECT_HELP = `
At a terminal lines are messages; /help tells of the rest. In a pipe each line of the input is a message:
  $ echo hello | wsc connect ws://localhost:9000
  $ wsc connect -n 1 -m '{"op":"status"}' --json wss://example.com/api
${STATUSES}`;

const SERVE_HELP = `
  $ wsc serve                       every message back
  $ wsc serve --broadcast --ui      to everybody, and a page to watch it
  $ wsc serve -- ./count.sh 10      a program for each client: lines in, lines out; CGI variables tell it who asks
`;

const BRIDGE_HELP = `
LISTEN is [HOST:]PORT or unix:PATH, on 127.0.0.1 unless it says otherwise. TARGET is HOST:PORT, unix:PATH, or a URL:
  $ wsc bridge 6080 localhost:5900              WebSocket to TCP, as websockify
  $ wsc bridge 5900 ws://example.com:6080       TCP to WebSocket
`;

/**
 * Runs a command line, without the names of node and program.
 *
 * @returns the exit status
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let status: number = ExitStatus.OK;
  const program = createProgram(io, result => {
    status = result;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (io.interrupted.aborted && error === io.interrupted.reason) return ExitStatus.INTERRUPTED;
    if (error instanceof CommanderError) {
      // What it has to say it has said, but for what readers of values throw later.
      if (error.code === 'commander.invalidArgument' && !error.message.startsWith('error:')) complain(io, error);
      return error.exitCode === 0 ? ExitStatus.OK : ExitStatus.USAGE;
    }
    complain(io, error);
    return statusOfError(error);
  }
}

function createProgram(io: Io, onDone: (status: number) => void): Command {
  const program = new Command('wsc')
    .description('WebSockets from the command line')
    .version(VERSION)
    .showHelpAfterError('(wsc --help tells what there is)')
    .exitOverride()
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: text => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    });
  addConnectOptions(program.command('connect'))
    .description('talk to a server')
    .argument('<url>', 'such as wss://example.com/chat, localhost:9000 or just :9000')
    .addHelpText('after', CONNECT_HELP)
    .action(async (url, values) => onDone(await connect(url, values, io)));
  addServeOptions(program.command('serve'))
    .description('serve: echo, broadcast, or a command for each connection')
    .argument('[command...]', 'what to run for each connection, after --')
    .addHelpText('after', SERVE_HELP)
    .action(async (command, values) => onDone(await serve(command, values, io)));
  addBridgeOptions(program.command('bridge'))
    .description('join TCP and WebSocket, either way, as websockify does')
    .argument('<listen>', 'where to listen')
    .argument('<target>', 'where to connect to; a ws:// or wss:// address: from TCP to WebSocket')
    .addHelpText('after', BRIDGE_HELP)
    .action(async (listen, target, values) => onDone(await bridge(listen, target, values, io)));
  addBenchOptions(program.command('bench'))
    .description('how fast an echo server answers')
    .argument('<url>', 'the server')
    .addHelpText('after', STATUSES)
    .action(async (url, values) => onDone(await bench(url, values, io)));
  return program;
}

/** As commander has it, but without defaults that say nothing. */
function describeOption(option: Option): string {
  return new Help().optionDescription(option).replace(/ \(default: (?:\[\]|0)\)$/, '');
}

/** Says what went wrong, in a line; of a refusal also what the server had to say. */
function complain(io: Io, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  io.stderr.write(`wsc: ${escapeControls(message)}\n`);
  if (!(error instanceof HandshakeError) || error.body === null) return;
  const body = Buffer.from(error.body.subarray(0, 2048)).toString().trim();
  if (body !== '') io.stderr.write(`${escapeControls(body, '\n\t').replace(/^/gm, '  ')}\n`);
}
