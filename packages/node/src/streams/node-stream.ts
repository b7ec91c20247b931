import type { ByteStream } from '@ws/types';

/** What the streams of this package have beyond `ByteStream`. */
export interface NodeStream extends ByteStream {
  /** Called when the connection is gone, after the handler's `onClose`. */
  onGone: ((stream: NodeStream) => void) | null;
  /** Whether small writes leave at once (the default here) or wait for more (Nagle's algorithm). */
  setNoDelay(isOn: boolean): void;
}
