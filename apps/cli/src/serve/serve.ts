import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { acceptDeflate } from '@ws/compress/deflate';
import { type ListenOptions, listenWS, WebSocketServerFactory } from '@ws/node';
import type { Command } from 'commander';
import { readPem } from '../client-options.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import type { Io } from '../io.ts';
import { anotherOne, byteSize, milliseconds, wholeNumber } from '../values.ts';
import { commandService } from './command-service.ts';
import { lineLog, loggedService } from './log.ts';
import { Programs } from './programs.ts';
import { broadcastService, echoService, type ServiceClass } from './service.ts';

interface ServeValues {
  readonly port: number;
  readonly host: string;
  readonly unix?: string;
  readonly broadcast?: true;
  readonly binary?: true;
  readonly passEnv: readonly string[];
  readonly maxCommands: number;
  readonly grace: number;
  readonly subprotocol: readonly string[];
  readonly origin: readonly string[];
  readonly maxConnections: number;
  readonly maxSize: number;
  readonly fragment: number;
  readonly keepalive?: number;
  readonly compression: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly ui?: true;
  readonly quiet?: true;
}

/** Describes `wsc serve` to commander. */
export function addServeOptions(command: Command): Command {
  return command
    .option('-p, --port <port>', 'where to listen; 0: any port that is free', wholeNumber(0, 65535), 9000)
    .option('--host <host>', 'the address to listen on; 0.0.0.0: all', '127.0.0.1')
    .option('--unix <path>', 'listen on a Unix domain socket instead')
    .option('--broadcast', 'send every message to everybody, instead of back')
    .option('--ui', 'show a page at the same port: connections, traffic, frames')
    .option('--binary', 'of a command: messages are pieces of its output, not lines')
    .option(
      '--pass-env <name>',
      'a variable that the command is to have of our environment; may be repeated',
      anotherOne,
      ['PATH'],
    )
    .option('--max-commands <n>', 'commands at the same time; 0: no limit', wholeNumber(), 64)
    .option('--grace <ms>', 'how long a command, or at the end a client, may take to end', milliseconds, 1000)
    .option('-s, --subprotocol <name>', 'speak a subprotocol; may be repeated', anotherOne, [])
    .option(
      '-o, --origin <pattern>',
      'let pages of this origin in, such as "https://*.example.com"; may be repeated; default: any, with a command those of this machine',
      anotherOne,
      [],
    )
    .option('--max-connections <n>', 'clients at the same time; 0: no limit', wholeNumber(), 0)
    .option('--max-size <bytes>', 'the longest message that is accepted', byteSize, 1024 * 1024)
    .option('--fragment <bytes>', 'send longer messages in several frames; 0: never', wholeNumber(), 0)
    .option(
      '--keepalive <ms>',
      'ping clients at this interval; 0: never (default: 20000, with --ui 5000)',
      milliseconds,
    )
    .option('--no-compression', 'do not accept permessage-deflate')
    .option('--cert <file>', 'certificate in PEM: serve wss://')
    .option('--key <file>', 'its private key')
    .option('-q, --quiet', 'do not tell of connections');
}

/** `wsc serve`: serves until it is interrupted. */
export async function serve(command: readonly string[], values: ServeValues, io: Io): Promise<number> {
  const log = lineLog(io);
  const onStderr = (pid: number, line: string): void => log.line(`${command[0]}[${pid}]: ${line}`);
  const programs = new Programs(values.grace);
  const Service = serviceOf(command, values, programs, onStderr);
  const origins = values.origin.length > 0 ? values.origin : command.length > 0 ? OWN_ORIGINS : null;
  const factory = createFactory(values, values.quiet ? Service : loggedService(Service, log), origins);
  const server = values.ui ? await listenWithPage(factory, values) : await listen(factory, values);
  io.stdout.write(`${server.what} on ${server.place}\n`);
  if (values.ui) io.stdout.write(`look at it on ${server.place.replace(/^ws/, 'http')}\n`);
  if (!io.interrupted.aborted) {
    await new Promise(resolve => io.interrupted.addEventListener('abort', resolve, { once: true }));
  }
  await server.close();
  await programs.end();
  return ExitStatus.OK;
}

function serviceOf(
  command: readonly string[],
  values: ServeValues,
  programs: Programs,
  onStderr: (pid: number, line: string) => void,
): ServiceClass {
  const [file, ...args] = command;
  if (file === undefined) return values.broadcast ? broadcastService() : echoService();
  if (values.broadcast) throw new UsageError('either --broadcast or a command');
  const { passEnv, maxCommands, maxSize } = values;
  const isBinary = values.binary === true;
  return commandService({ file, args, isBinary, maxCommands, passEnv, maxLine: maxSize, programs, onStderr });
}

/** Who may talk to a command unless told otherwise: any page of the web could reach a port of this machine. */
const OWN_ORIGINS = ['http', 'https'].flatMap(scheme =>
  ['localhost', '127.0.0.1', '[::1]'].flatMap(host => [`${scheme}://${host}`, `${scheme}://${host}:*`]),
);

function createFactory(
  values: ServeValues,
  Service: ServiceClass,
  origins: readonly string[] | null,
): WebSocketServerFactory {
  const { subprotocol, maxConnections, maxSize, fragment, compression } = values;
  // Who looks at latencies wants to see them change.
  const keepalive = values.keepalive ?? (values.ui ? 5000 : 20_000);
  const factory = new WebSocketServerFactory({ protocols: [...subprotocol] });
  // Each connection's own end is told by its address.
  factory.url = '';
  factory.protocol = Service;
  factory.setProtocolOptions({
    maxConnections,
    maxMessagePayloadSize: maxSize,
    autoFragmentSize: fragment,
    autoPingInterval: keepalive,
    autoPingTimeout: keepalive,
    ...(compression ? { perMessageCompressionAccept: acceptDeflate() } : {}),
    ...(origins === null ? {} : { allowedOrigins: [...origins] }),
  });
  return factory;
}

interface Listening {
  readonly what: string;
  readonly place: string;
  close(): Promise<void>;
}

function tlsOf({ cert, key }: ServeValues): TlsOptions | null {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) throw new UsageError('--cert and --key go together');
  return { cert: readPem(cert), key: readPem(key) };
}

async function listen(factory: WebSocketServerFactory, values: ServeValues): Promise<Listening> {
  const { host, port, unix, grace } = values;
  const tls = tlsOf(values) ?? undefined;
  const where: ListenOptions = unix === undefined ? { host, port, tls } : { path: unix, tls };
  const server = await listenWS(factory, where);
  const place = placeOf(values, server.port);
  return { what: 'listening', place, close: () => server.close({ grace }) };
}

async function listenWithPage(factory: WebSocketServerFactory, values: ServeValues): Promise<Listening> {
  const { host, port, unix, grace } = values;
  if (unix !== undefined) throw new UsageError('--ui needs a port');
  const tls = tlsOf(values);
  const server = tls === null ? createHttpServer() : createHttpsServer(tls);
  // Only who looks at it waits for it to be loaded.
  const { servePlayground } = await import('@ws/playground');
  const playground = await servePlayground(server, factory, { host, port });
  return { what: 'listening', place: placeOf(values, playground.port), close: () => playground.close({ grace }) };
}

function placeOf({ host, unix, cert }: ServeValues, port: number | null): string {
  const scheme = cert === undefined ? 'ws' : 'wss';
  if (unix !== undefined) return `${scheme}://unix:${unix}`;
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${name}:${port}`;
}
