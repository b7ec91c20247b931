import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { listenWS } from '@ws/node';
import type { Command } from 'commander';
import { addClientOptions, type ClientValues, createClient, readPem } from '../client-options.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import type { Io } from '../io.ts';
import { lineLog } from '../serve/log.ts';
import { anotherOne } from '../values.ts';
import { formatPlace, type Place, parsePlace } from './place.ts';
import { type BridgeLog, bridgeToTcp } from './to-tcp.ts';
import { bridgeToWebSocket } from './to-web-socket.ts';

interface BridgeValues extends ClientValues {
  readonly allowOrigin: readonly string[];
  readonly quiet?: true;
}

/** Describes `wsc bridge` to commander. */
export function addBridgeOptions(command: Command): Command {
  return addClientOptions(command)
    .option('--allow-origin <pattern>', 'to TCP: let only pages of this origin in; may be repeated', anotherOne, [])
    .option('-q, --quiet', 'do not tell of connections');
}

interface Listening {
  readonly place: string;
  close(): Promise<void>;
}

/** `wsc bridge LISTEN TARGET`: to TCP, or to a WebSocket where the target is a URL. */
export async function bridge(from: string, to: string, values: BridgeValues, io: Io): Promise<number> {
  const where = parsePlace(from);
  const lines = lineLog(io);
  const log: BridgeLog = {
    opened: peer => values.quiet || lines.line(`+ ${peer}`),
    closed: (peer, error) => values.quiet || lines.line(`- ${peer}${error === null ? '' : `: ${messageOf(error)}`}`),
  };
  const isUrl = /^(?:wss?|https?):/i.test(to);
  const server = isUrl ? await listenTcp(where, to, values, io, log) : await listenWebSocket(where, to, values, log);
  io.stdout.write(`bridging ${server.place} to ${to}\n`);
  if (!io.interrupted.aborted) await once(io.interrupted, 'abort');
  await server.close();
  return ExitStatus.OK;
}

async function listenTcp(where: Place, to: string, values: BridgeValues, io: Io, log: BridgeLog): Promise<Listening> {
  const server = bridgeToWebSocket(createClient(to, withSubprotocol(values), io), log);
  server.listen(where);
  await once(server, 'listening').catch(error => {
    throw new Error(`cannot listen on ${formatPlace(where)}: ${error.message}`, { cause: error });
  });
  const address = server.address() as AddressInfo | string;
  return {
    place: formatPlace(typeof address === 'string' ? { path: address } : { host: address.address, port: address.port }),
    close: async () => void server.close(),
  };
}

/** What websockify speaks, unless something else is asked for. */
function withSubprotocol(values: BridgeValues): BridgeValues {
  return values.subprotocol.length > 0 ? values : { ...values, subprotocol: ['binary'] };
}

async function listenWebSocket(where: Place, to: string, values: BridgeValues, log: BridgeLog): Promise<Listening> {
  const { cert, key, allowOrigin, maxSize } = values;
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key go together');
  const factory = bridgeToTcp(parsePlace(to), log);
  factory.setProtocolOptions({
    maxMessagePayloadSize: maxSize,
    ...(allowOrigin.length > 0 ? { allowedOrigins: [...allowOrigin] } : {}),
  });
  const tls = cert === undefined || key === undefined ? undefined : { cert: readPem(cert), key: readPem(key) };
  const server = await listenWS(factory, { ...where, tls });
  const scheme = tls === undefined ? 'ws' : 'wss';
  const place = 'path' in where ? where : { ...where, port: server.port! };
  return { place: `${scheme}://${formatPlace(place)}`, close: () => server.close({ grace: 1000 }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
