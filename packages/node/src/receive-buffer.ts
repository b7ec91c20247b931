import { nodeAccelerator } from './nvx.ts';

/** Where all sockets read to: in the accelerator's memory where that is in use. 128 KiB, one for the process. */
export const receiveBuffer: Uint8Array = nodeAccelerator.receiveBuffer?.bytes() ?? new Uint8Array(131072);
