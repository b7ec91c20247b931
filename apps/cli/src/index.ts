export { ExitStatus } from './exit-status.ts';
export type { Input, Io, Output } from './io.ts';
export { run } from './program.ts';
