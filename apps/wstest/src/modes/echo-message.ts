import type { WebSocketClientProtocol, WebSocketServerProtocol } from '@ws/node';

/** Bytes of echoes that a peer may leave unread before it is read from no further. */
const MOST_UNREAD = 1024 * 1024;

/** Sends a message back. Who sends but does not read is made to wait, so that its echoes do not fill the memory. */
export function echoMessage(
  protocol: WebSocketServerProtocol | WebSocketClientProtocol,
  payload: Uint8Array,
  isBinary: boolean,
): void {
  protocol.sendMessage(payload, isBinary);
  if (protocol.bufferedAmount <= MOST_UNREAD) return;
  protocol.pauseReceiving();
  // When the connection is gone there is nothing to resume.
  protocol.drained().then(
    () => protocol.resumeReceiving(),
    () => {},
  );
}
