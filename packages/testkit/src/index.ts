export type { StreamPair } from './contracts/byte-stream.ts';
export { byteStreamContract } from './contracts/byte-stream.ts';
export { bzip2CodecContract } from './contracts/bzip2-codec.ts';
export { clockContract } from './contracts/clock.ts';
export { deflateCodecContract } from './contracts/deflate-codec.ts';
export type { DialerSetup } from './contracts/dialer.ts';
export { dialerContract } from './contracts/dialer.ts';
export { digestContract } from './contracts/digest.ts';
export { maskerContract } from './contracts/masker.ts';
export { messageTransportContract, type TransportPair } from './contracts/message-transport.ts';
export { openingRequestContract } from './contracts/opening-request.ts';
export type { OpeningProposal, OpeningSetup } from './contracts/opening-setup.ts';
export { randomContract } from './contracts/random.ts';
export type { TestRunner } from './contracts/test-runner.ts';
export { textUnmaskerContract } from './contracts/text-unmasker.ts';
export type { TransportLimits } from './contracts/transport-rule.ts';
export { utf8Contract } from './contracts/utf8.ts';
export type { EverySplitOptions } from './every-split.ts';
export { everySplit } from './every-split.ts';
export { faultyProxy } from './faulty-proxy.ts';
export { hex, toHex } from './hex.ts';
export type { ManualClock } from './manual-clock.ts';
export { manualClock } from './manual-clock.ts';
export type {
  AttachableProtocol,
  ClientFactoryLike,
  MemoryAgent,
  MemoryAgentOptions,
  MemoryConnection,
  MemoryOpenOptions,
  OpenableProtocol,
  ProtocolFactory,
} from './memory-agent.ts';
export { createMemoryAgent } from './memory-agent.ts';
export type { MemoryPair, MemoryPairOptions } from './memory-pair.ts';
export { memoryPair } from './memory-pair.ts';
export { CANARY, MemoryStream } from './memory-stream.ts';
export type { DirectionFaults, FaultyProxy, FaultyProxyOptions } from './node/faulty-proxy.ts';
export type { SeededRandom } from './seeded-random.ts';
export { seededRandom } from './seeded-random.ts';
export type { MemoryOpening } from './transport/memory-opening.ts';
export { memoryOpeningRequest } from './transport/memory-opening.ts';
export type { MemoryOpeningOptions, OpeningResponse } from './transport/memory-opening-options.ts';
export { MemoryOpeningError, type MemoryOpeningErrorCode } from './transport/memory-opening-request.ts';
export {
  type MemoryTransportOptions,
  type MemoryTransportPair,
  memoryTransportPair,
} from './transport/memory-transport-pair.ts';
export type { TurnOptions } from './turns.ts';
