import { nodeAccelerator } from './nvx.ts';

/** The one buffer that all sockets read into, 128 KiB. It lies in the accelerator's memory where that is used. */
export const receiveBuffer: Uint8Array = nodeAccelerator.receiveBuffer?.bytes() ?? new Uint8Array(131072);

/** The view that was lent last. Reads of the same length lend it again. */
let view: Uint8Array = receiveBuffer.subarray(0, 0);

/** The first `length` bytes of the buffer, to be lent until the next read. */
export function lentBytes(length: number): Uint8Array {
  if (view.length !== length) view = receiveBuffer.subarray(0, length);
  return view;
}
