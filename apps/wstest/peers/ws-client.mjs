// The client of the package ws.
import { WebSocket } from 'ws';
import { runCases } from './run-cases.mjs';

const options = {
  perMessageDeflate: { threshold: 0 },
  maxPayload: 64 * 1024 * 1024,
  maxFragments: 0,
  maxBufferedChunks: 0,
};
await runCases(process.argv[2] ?? '', process.argv[3] ?? 'ws', url => new WebSocket(url, options));
