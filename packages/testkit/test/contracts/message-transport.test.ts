import { describe, test } from 'vitest';
import { memoryTransportPair, messageTransportContract } from '../../src/index.ts';

const runner = { describe, test };
messageTransportContract('memoryTransportPair', async () => memoryTransportPair(), runner);
messageTransportContract(
  'memoryTransportPair without room',
  async () => memoryTransportPair({ capacity: 1, pieceSize: 1000 }),
  runner,
);
