// A program for each connection, as websocketd has it: messages are lines of its input, lines of its output messages.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { transportOf } from '@ws/core';
import { WebSocketServerProtocol } from '@ws/node';
import { ConnectionDeny, type ConnectionRequest } from '@ws/types';
import { cgiEnvironment } from './cgi-environment.ts';
import type { Programs } from './programs.ts';
import type { ServiceClass } from './service.ts';

/** What to run, and how. */
export interface CommandOptions {
  readonly file: string;
  readonly args: readonly string[];
  /** Messages are pieces of output and input as they come, not lines. */
  readonly isBinary: boolean;
  /** Programs at the same time; more clients are refused with 503. 0: no limit. */
  readonly maxCommands: number;
  /** Variables of our own environment that programs get. */
  readonly passEnv: readonly string[];
  /** The longest line, in characters. */
  readonly maxLine: number;
  /** Starts them, and ends those whose client is gone. */
  readonly programs: Programs;
  /** Told what programs write to their standard error. */
  onStderr(pid: number, line: string): void;
}

const HIGH_WATER = 256 * 1024;

/** Runs a program for each connection. No shell is involved: what clients say is never part of a command. */
export function commandService(options: CommandOptions): ServiceClass {
  const { programs } = options;
  return class CommandConnection extends WebSocketServerProtocol {
    #request: ConnectionRequest | null = null;
    #child: ChildProcessWithoutNullStreams | null = null;
    #line = '';

    override onConnect(request: ConnectionRequest): ReturnType<WebSocketServerProtocol['onConnect']> {
      if (options.maxCommands > 0 && programs.running >= options.maxCommands) {
        throw new ConnectionDeny(ConnectionDeny.SERVICE_UNAVAILABLE, 'too many programs are running');
      }
      this.#request = request;
      return super.onConnect(request);
    }

    override onOpen(): void {
      const env = cgiEnvironment(this.#request!, this.resource, this.transportDetails, options.passEnv);
      const child = programs.start(options.file, options.args, env);
      this.#child = child;
      child.once('close', (code, signal) => this.#onExit(code, signal));
      child.once('error', error => {
        options.onStderr(child.pid ?? 0, error.message);
        if (this.state === 'open') transportOf(this).close(1011, 'the program could not be started');
      });
      // A program that does not read is no error of ours.
      child.stdin.on('error', () => {});
      this.#readOutput(child);
      readLines(child.stderr, line => options.onStderr(child.pid ?? 0, line));
    }

    override onMessage(payload: Uint8Array): void {
      const { stdin } = this.#child!;
      if (!stdin.writable) return;
      stdin.cork();
      let hasRoom = stdin.write(payload);
      if (!options.isBinary) hasRoom = stdin.write('\n');
      stdin.uncork();
      if (hasRoom) return;
      this.pauseReceiving();
      stdin.once('drain', () => this.resumeReceiving());
    }

    override onClose(): void {
      const child = this.#child;
      if (child === null) return;
      child.stdin.end();
      child.stdout.destroy();
      programs.dismiss(child);
    }

    #readOutput(child: ChildProcessWithoutNullStreams): void {
      const { stdout } = child;
      const decoder = new StringDecoder('utf8');
      stdout.on('data', (chunk: Buffer) => {
        if (this.state !== 'open') return;
        if (options.isBinary) this.sendMessage(chunk, true);
        else this.#sendLines(decoder.write(chunk));
        if (this.state !== 'open' || this.bufferedAmount <= HIGH_WATER) return;
        stdout.pause();
        this.drained().then(
          () => stdout.resume(),
          () => {},
        );
      });
    }

    #sendLines(text: string): void {
      const lines = (this.#line + text).split('\n');
      this.#line = lines.pop()!;
      for (const line of lines) this.sendMessage(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (this.#line.length > options.maxLine)
        transportOf(this).close(1011, 'the program wrote a line that is too long');
    }

    #onExit(code: number | null, signal: NodeJS.Signals | null): void {
      if (this.state !== 'open') return;
      if (this.#line !== '') this.sendMessage(this.#line);
      if (code === 0) this.sendClose(1000);
      else
        transportOf(this).close(
          1011,
          signal === null ? `the program ended with ${code}` : `the program was ended by ${signal}`,
        );
    }
  };
}

/** Calls `onLine` for each line of a stream. */
function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!.slice(-4096);
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
