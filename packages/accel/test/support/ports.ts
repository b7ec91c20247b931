import { isUtf8 } from 'node:buffer';
import { type Accelerator, createAccelerator } from '../../src/index.ts';

/** Every set of ports that there is: they must be the same to the caller. */
export const ACCELERATORS: readonly (readonly [name: string, accelerator: Accelerator])[] = [
  ['kernel', createAccelerator({ use: 'require' })],
  ['kernel and isUtf8', createAccelerator({ use: 'require', isUtf8 })],
  ['JavaScript', createAccelerator({ use: 'off' })],
  ['JavaScript and isUtf8', createAccelerator({ use: 'off', isUtf8 })],
];

/** Those with kernels. */
export const WITH_KERNEL: readonly (readonly [name: string, accelerator: Accelerator])[] = ACCELERATORS.slice(0, 2);

/** The buffer of an accelerator with kernels. */
export function receiveBufferOf(accelerator: Accelerator): Uint8Array {
  if (accelerator.receiveBuffer === undefined) throw new Error('this accelerator has no receive buffer');
  return accelerator.receiveBuffer.bytes();
}

/** Masks byte by byte, as RFC 6455, 5.3, says it. */
export function maskByte(byte: number, key: number, position: number): number {
  return byte ^ ((key >>> (24 - 8 * (position % 4))) & 0xff);
}
