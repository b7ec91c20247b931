import { describe, test } from 'vitest';
import { byteStreamContract, memoryPair, seededRandom } from '../../src/index.ts';

byteStreamContract('memoryPair', async () => memoryPair(), { describe, test });
byteStreamContract('memoryPair without limit', async () => memoryPair({ capacity: Number.POSITIVE_INFINITY }), {
  describe,
  test,
});
const random = seededRandom(1);
byteStreamContract(
  'memoryPair in small pieces',
  async () => memoryPair({ chunkSize: () => 1 + random.below(3000), capacity: 5000 }),
  { describe, test },
);
