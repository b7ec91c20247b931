// The client of the package undici, which is also the one of Node itself.
import { WebSocket } from 'undici';
import { runCases } from './run-cases.mjs';

await runCases(process.argv[2] ?? '', process.argv[3] ?? 'undici', url => new WebSocket(url));
