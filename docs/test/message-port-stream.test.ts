import { byteStreamContract } from '@ws/testkit';
import { describe, test } from 'vitest';
import { MessagePortStream } from '../examples/message-port-stream.mjs';

byteStreamContract(
  'MessagePortStream',
  async () => {
    const { port1, port2 } = new MessageChannel();
    return { a: new MessagePortStream(port1), b: new MessagePortStream(port2) };
  },
  { describe, test },
);
