// One port, many processes: node:cluster hands each connection to one of the workers.
import assert from 'node:assert/strict';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createClientAgent, listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';

class WhoAreYou extends WebSocketServerProtocol {
  onOpen() {
    this.sendMessage(String(process.pid));
  }
}

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const ports = await Promise.all(workers.map(async worker => (await once(worker, 'message'))[0]));
  assert.equal(ports[0], ports[1]);
  const agent = createClientAgent();
  const pids = new Set();
  for (let index = 0; index < 10; index++) {
    const client = await agent.open(`ws://127.0.0.1:${ports[0]}`);
    pids.add(await new Promise(resolve => client.on('message', payload => resolve(Buffer.from(payload).toString()))));
    client.sendClose(1000);
    await client.closed;
  }
  assert.deepEqual([...pids].sort(), workers.map(worker => String(worker.process.pid)).sort());
  for (const worker of workers) worker.process.kill('SIGTERM');
  const exits = await Promise.all(workers.map(worker => once(worker, 'exit')));
  assert.deepEqual(exits, [
    [0, null],
    [0, null],
  ]);
  console.log('ok');
} else {
  const factory = new WebSocketServerFactory();
  factory.protocol = WhoAreYou;
  const server = await listenWS(factory, { host: '127.0.0.1', port: 0 });
  process.once('SIGTERM', async () => {
    await server.close({ grace: 1000 });
    process.exit();
  });
  process.send?.(server.port);
}
