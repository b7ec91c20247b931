// What the hooks of frames do when they are not overridden: join chunks to frames, and frames to the message.

import { concatBytes } from '@ws/util/primitives';

/** The message that is being received, for a protocol class that overrides some of the hooks of frames. */
export class FrameHookBuffer {
  #isBinary = false;
  #frame: Uint8Array[] = [];
  #message: Uint8Array[] = [];

  begin(isBinary: boolean): void {
    this.#isBinary = isBinary;
    this.#message = [];
  }

  beginFrame(): void {
    this.#frame = [];
  }

  pushData(chunk: Uint8Array): void {
    this.#frame.push(chunk);
  }

  /** The chunks of the frame that has ended. */
  endFrame(): Uint8Array[] {
    const frame = this.#frame;
    this.#frame = [];
    return frame;
  }

  pushFrame(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.#message.push(chunk);
  }

  end(): { readonly payload: Uint8Array; readonly isBinary: boolean } {
    const payload = concatBytes(this.#message);
    this.#message = [];
    return { payload, isBinary: this.#isBinary };
  }
}
