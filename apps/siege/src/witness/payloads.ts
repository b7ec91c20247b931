// The bytes of the floods. Nothing of what is attacked is used to make them, except for the encoder of bzip2.

import { constants, deflateRawSync } from 'node:zlib';
import { portableBzip2 } from '@ws/compress/bzip2';
import { frame } from '../hostile/wire.ts';

export type Extension = 'deflate' | 'bzip2';

/** So many bytes are sent at once at least, so that the generator has little to do. */
const LEAST = 256 * 1024;

/** The same bytes again and again, until they are as many as one write should have. */
export function repeated(bytes: Buffer): Buffer {
  return Buffer.alloc(bytes.length * Math.max(1, Math.ceil(LEAST / bytes.length)), bytes);
}

/** A message that is compressed, as one frame. */
export function compressedFrame(payload: Uint8Array, extension: Extension, opcode = 2): Buffer {
  return frame({ opcode, rsv: 4, payload: extension === 'deflate' ? deflated(payload) : bzipped(payload) });
}

/** RFC 7692, 7.2.1: without the last four bytes of a sync flush. It refers to no message before it, so it may be repeated. */
function deflated(payload: Uint8Array): Buffer {
  const bytes = deflateRawSync(payload, { level: 9, finishFlush: constants.Z_SYNC_FLUSH });
  return bytes.subarray(0, bytes.length - 4);
}

function bzipped(payload: Uint8Array): Uint8Array {
  const compressor = portableBzip2.compressor({ level: 9 });
  const bytes = compressor.compress(payload, true);
  compressor.close();
  return bytes;
}
