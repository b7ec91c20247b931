import type { Command } from 'commander';
import { addClientOptions, type ClientValues, createClient } from '../client-options.ts';
import type { Io } from '../io.ts';
import { anotherOne, milliseconds, wholeNumber } from '../values.ts';
import { interact } from './interactive.ts';
import { pipe } from './piped.ts';
import { openSession } from './session.ts';

interface ConnectValues extends ClientValues {
  readonly message: readonly string[];
  readonly json?: true;
  readonly binary?: true;
  readonly raw?: true;
  readonly listen?: true;
  readonly wait: number;
  readonly count: number;
  readonly keepalive: number;
  readonly verbose?: true;
}

/** Describes `wsc connect` to commander. */
export function addConnectOptions(command: Command): Command {
  return addClientOptions(command)
    .option('-m, --message <text>', 'send this instead of the input; may be repeated', anotherOne, [])
    .option('--json', 'lay out messages that are JSON')
    .option('--binary', 'send the input in binary messages, as it is read')
    .option('--raw', 'write messages as they came: control characters not escaped, binary not as hex')
    .option('-w, --wait <ms>', 'how long to listen after the input has ended', milliseconds, 0)
    .option('-l, --listen', 'listen until the server closes')
    .option('-n, --count <n>', 'close after so many messages have come', wholeNumber(1), 0)
    .option('--keepalive <ms>', 'ping at this interval; 0: never', milliseconds, 20_000)
    .option('-v, --verbose', 'also tell how the server answered, of pings, and of closing');
}

/** `wsc connect URL`: a conversation where there is a terminal, else what is piped in and out. */
export async function connect(target: string, values: ConnectValues, io: Io): Promise<number> {
  const client = createClient(target, values, io);
  const { keepalive, message: messages, count } = values;
  client.factory.setProtocolOptions({ autoPingInterval: keepalive, autoPingTimeout: keepalive });
  const session = await openSession(client);
  const isVerbose = values.verbose === true;
  const isJson = values.json === true;
  const isAtTerminal = io.stdin.isTTY === true && io.stdout.isTTY === true;
  if (isAtTerminal && messages.length === 0 && count === 0 && !values.listen && !values.raw) {
    return await interact(session, io, { url: client.factory.url, isJson, isVerbose });
  }
  // Who only wants to listen, at a terminal, has no input to end.
  const wait = values.listen || (count > 0 && values.wait === 0) ? Number.POSITIVE_INFINITY : values.wait;
  return await pipe(session, io, {
    isJson,
    isVerbose,
    messages,
    count,
    wait,
    isRaw: values.raw === true,
    isBinary: values.binary === true,
  });
}
