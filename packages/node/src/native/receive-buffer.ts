import { nodeAccelerator } from './nvx.ts';

/** Where all sockets read to: in the accelerator's memory where that is in use. 128 KiB, one for the process. */
export const receiveBuffer: Uint8Array = nodeAccelerator.receiveBuffer?.bytes() ?? new Uint8Array(131072);

/** The last view that was lent: messages of the same size need no new one. */
let view: Uint8Array = receiveBuffer.subarray(0, 0);

/** The first `length` bytes of the buffer, to be lent until the next read. */
export function lentBytes(length: number): Uint8Array {
  if (view.length !== length) view = receiveBuffer.subarray(0, length);
  return view;
}
