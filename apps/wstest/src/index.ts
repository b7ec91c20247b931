export { allCases, classicCases } from './cases/case-table.ts';
export { type Behavior, isFailure, type Verdict } from './cases/verdict.ts';
export type { CaseResult } from './run/case-result.ts';
export { type FuzzingClientOptions, type FuzzingOptions, runFuzzingClient } from './run/fuzzing-client.ts';
export { type FuzzingServer, type FuzzingServerOptions, startFuzzingServer } from './run/fuzzing-server.ts';
