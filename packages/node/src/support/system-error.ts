import { getSystemErrorName } from 'node:util';

/** The error that Node would report for libuv's `code` of a call, such as `read ECONNRESET`. */
export function systemError(code: number, call: string): Error {
  const name = getSystemErrorName(code);
  const { stackTraceLimit } = Error;
  // perf: nothing of ours is on the stack but the event loop, and connections are reset by the thousand.
  Error.stackTraceLimit = 0;
  const error: NodeJS.ErrnoException = new Error(`${call} ${name}`);
  Error.stackTraceLimit = stackTraceLimit;
  error.errno = code;
  error.code = name;
  error.syscall = call;
  return error;
}
