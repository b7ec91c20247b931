// Where things lie in the kernel's memory. The generated TypeScript carries these numbers, so they are said once.

/** Bytes that a kernel may touch past the end of what it is given: one vector, rounded up to a cache line. */
const SLACK = 64;

/** @type {Readonly<Record<'classes' | 'transitions' | 'lookups' | 'scratch' | 'scratchSize' | 'receive' | 'receiveSize' | 'pages', number>>} */
export const LAYOUT = {
  classes: 0,
  transitions: 256,
  lookups: 384,
  /** Where payloads that lie elsewhere are copied to, piece by piece. */
  scratch: 1024,
  scratchSize: 32 * 1024,
  /** What the transport reads into. */
  receive: 1024 + 32 * 1024 + SLACK,
  receiveSize: 128 * 1024,
  /** Three pages are 192 KiB: some 30 KiB stay free behind the receive buffer, which is slack enough. */
  pages: 3,
};
