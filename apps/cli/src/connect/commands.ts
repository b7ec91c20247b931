// What can be typed in a conversation beside messages: lines that begin with a slash.

import { readFile } from 'node:fs/promises';
import { nearestName } from '@ws/util/primitives';
import { parseHex } from '../terminal/hex.ts';
import type { Session } from './session.ts';

/** A command: what follows its name, what it is for, what it does. Its result is shown. */
interface Command {
  readonly usage: string;
  readonly help: string;
  run(session: Session, rest: string): Promise<string | null> | string | null;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  ping: {
    usage: '[TEXT]',
    help: 'ping the peer and take the time to its pong',
    run: async (session, text) => `pong after ${(await session.ping(text)).toFixed(2)} ms`,
  },
  close: {
    usage: '[CODE] [REASON]',
    help: 'close the connection, such as /close 1000 bye',
    run(session, rest) {
      const [, code, reason = ''] = /^(\d*)\s*(.*)$/.exec(rest)!;
      session.close(code === '' ? 1000 : Number(code), reason === '' ? null : reason);
      return null;
    },
  },
  hex: {
    usage: 'BYTES',
    help: 'send a binary message, such as /hex 48 65 6c 6c 6f',
    async run(session, rest) {
      const bytes = parseHex(rest);
      await session.send(bytes);
      return `sent ${bytes.length} bytes`;
    },
  },
  file: {
    usage: 'PATH',
    help: 'send a file as a binary message',
    async run(session, path) {
      const bytes = await readFile(path);
      await session.send(bytes);
      return `sent ${bytes.length} bytes`;
    },
  },
  info: { usage: '', help: 'what was agreed on, and what went over the wire', run: describeSession },
  help: {
    usage: '',
    help: 'show this',
    run: () =>
      [...Object.entries(COMMANDS).map(helpLine), '//text sends a message that begins with a slash'].join('\n'),
  },
  quit: {
    usage: '',
    help: 'the same as Ctrl+D',
    run(session) {
      session.close();
      return null;
    },
  },
};

/** The names of the commands, with their slash. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS).map(name => `/${name}`);

/**
 * Runs a line that begins with a slash.
 *
 * @returns what is to be shown; `null`: nothing
 * @throws RangeError, and whatever the command throws, with a text for the user
 */
export async function runCommand(session: Session, line: string): Promise<string | null> {
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/s.exec(line)!;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : null;
  if (command !== null) return await command.run(session, rest.trim());
  const nearest = nearestName(name, Object.keys(COMMANDS));
  throw new RangeError(`no such command: /${name}${nearest === null ? '' : `; did you mean /${nearest}?`} See /help`);
}

function helpLine([name, { usage, help }]: [string, Command]): string {
  return `${`/${name} ${usage}`.padEnd(25)} ${help}`;
}

function describeSession({ connection }: Session): string {
  const { subprotocol, compression, trafficStats: stats, peer } = connection;
  return [
    `peer         ${peer}`,
    `subprotocol  ${subprotocol ?? 'none'}`,
    `compression  ${compression === null ? 'none' : 'permessage-deflate'}`,
    `sent         ${stats.outgoingWebSocketMessages} messages, ${stats.outgoingOctetsWireLevel} bytes on the wire`,
    `received     ${stats.incomingWebSocketMessages} messages, ${stats.incomingOctetsWireLevel} bytes on the wire`,
  ].join('\n');
}
