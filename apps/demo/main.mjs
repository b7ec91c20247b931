// `npm start`: an echo server that first talks to itself, so that whoever starts it sees a WebSocket conversation.
import { parseArgs } from 'node:util';
import { connectWS, listenWS, WebSocketClientFactory, WebSocketServerFactory } from '@ws/node';
import { converse } from './converse.mjs';
import { Echo } from './echo.mjs';

const USAGE = 'usage: npm start -- [--port N] [--once]';

/** @returns {{ port: number, isOnce: boolean }} */
function readArguments() {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '9000' }, once: { type: 'boolean', default: false } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`--port ${values.port} is not a port`);
  return { port, isOnce: values.once };
}

async function main() {
  const { port, isOnce } = readArguments();
  const server = new WebSocketServerFactory({ url: `ws://127.0.0.1:${port || 1}` });
  server.setProtocolOptions({ maxMessagePayloadSize: 2 ** 24 });
  server.protocol = Echo;
  const listening = await listenWS(server, { host: '127.0.0.1', port });
  const url = `ws://127.0.0.1:${listening.port}`;
  console.log(`echo server on ${url}\n`);

  const client = new WebSocketClientFactory({ url });
  client.setProtocolOptions({ maxMessagePayloadSize: 2 ** 24 });
  await converse(
    client,
    factory => connectWS(factory),
    line => console.log(line),
  );

  if (isOnce) {
    await listening.close();
    return;
  }
  console.log(`\nserving on ${url} until Ctrl-C`);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      console.log('\nstopping');
      listening.close().finally(() => process.exit(0));
    });
  }
}

main().catch(error => {
  console.error(`error: ${error.message}`);
  if (error.code?.startsWith('ERR_PARSE_ARGS')) console.error(USAGE);
  process.exitCode = 1;
});
