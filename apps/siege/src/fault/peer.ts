// A process to be killed in the middle of a message: `peer server` listens, `peer client` connects to where it is told.

import type { WebSocketProtocol } from '@ws/core';
import { createClientAgent, listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import { answerParent } from '../process/calls.ts';

const LENGTH = 1_000_000;

/** Sends half of a message. */
function sendHalf(connection: WebSocketProtocol): Promise<void> {
  connection.beginMessage(true, true);
  connection.beginMessageFrame(LENGTH);
  connection.sendMessageFrameData(new Uint8Array(LENGTH / 2));
  return connection.drained();
}

async function listen(): Promise<number> {
  const factory = new WebSocketServerFactory();
  factory.protocol = class extends WebSocketServerProtocol {
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      this.sendMessage(payload, isBinary);
    }
  };
  const port = await listenWS(factory, { host: '127.0.0.1', port: 0, backlog: 1024 });
  answerParent({
    sendHalf: () => Promise.all([...factory.connections].map(sendHalf)),
    count: () => factory.connectionCount,
    port: () => port.port,
  });
  return port.port!;
}

if (process.argv[2] === 'server') await listen();
else {
  answerParent({
    async sendHalf(port: number) {
      await sendHalf(await createClientAgent().open(`ws://127.0.0.1:${port}/`));
    },
  });
}
