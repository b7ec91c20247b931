// What comes out of the inbox: whole messages, or one chunk by chunk.

import type { AbortSignalLike } from '@ws/types';
import { concatBytes, decodeText } from '@ws/util/primitives';
import type { Inbox, IncomingParts } from './inbox.ts';
import { cancellable } from './signals.ts';
import { TextDecoderStreaming } from './text-stream.ts';

/** A complete message: text as a string. */
export function wholeMessage({ chunks, isText }: IncomingParts): string | Uint8Array {
  const bytes = concatBytes(chunks);
  return isText ? decodeText(bytes) : bytes;
}

/** The chunks of the next message. */
export async function* chunksOf(
  inbox: Inbox,
  signal: AbortSignalLike | undefined,
  closedError: () => unknown,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  const message = await cancellable<IncomingParts>(signal, (resolve, reject) =>
    inbox.add({ wantsParts: true, take: resolve, fail: reject }),
  );
  const decoder = message.isText ? new TextDecoderStreaming() : null;
  try {
    for (;;) {
      const chunk = message.chunks.shift();
      if (chunk !== undefined) {
        const piece = decoder === null ? chunk : decoder.push(chunk);
        if (piece.length > 0) yield piece;
        inbox.update();
      } else if (message.isComplete) {
        return;
      } else if (inbox.isClosed) {
        throw closedError();
      } else {
        await progress(message, signal);
      }
    }
  } finally {
    // Who leaves early does not want the rest.
    message.onProgress = () => {
      message.chunks = [];
    };
    message.chunks = [];
    inbox.update();
  }
}

function progress(message: IncomingParts, signal: AbortSignalLike | undefined): Promise<void> {
  return cancellable(signal, resolve => {
    message.onProgress = () => {
      message.onProgress = () => {};
      resolve();
    };
    return () => {};
  });
}
