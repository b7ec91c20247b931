// The server that the clients under test talk to: it unmasks what a read brought and writes it back in one piece, so
// that it stays ahead of any client. It trusts its peer and is no WebSocket server for anything else.
import { createHash } from 'node:crypto';
import net from 'node:net';
import bufferUtil from 'bufferutil';
import { BACKLOG, ready } from './harness.mjs';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * The complete frames at the start of the bytes, unmasked (RFC 6455, 5.2 and 5.3).
 *
 * @param {Buffer} bytes
 * @returns {{ frames: Buffer[], used: number }}
 */
function mirrorFrames(bytes) {
  const frames = [];
  let used = 0;
  while (bytes.length - used >= 6) {
    const short = bytes[used + 1] & 0x7f;
    const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (bytes.length - used < 6 + sizeBytes) break;
    const size = short === 126 ? bytes.readUInt16BE(used + 2) : short === 127 ? bytes.readUInt32BE(used + 6) : short;
    const start = used + 6 + sizeBytes;
    if (bytes.length < start + size) break;
    const payload = bytes.subarray(start, start + size);
    bufferUtil.unmask(payload, bytes.subarray(start - 4, start));
    bytes[used + 1] &= 0x7f;
    frames.push(bytes.subarray(used, start - 4), payload);
    used = start + size;
  }
  return { frames, used };
}

const server = net.createServer(socket => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.once('data', head => {
    const key = /^sec-websocket-key: *(\S+)/im.exec(head.toString('latin1'))?.[1];
    const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    /** The start of a frame that has not come whole. @type {Buffer | null} */
    let rest = null;
    socket.on('data', chunk => {
      const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
      const { frames, used } = mirrorFrames(bytes);
      rest = used < bytes.length ? bytes.subarray(used) : null;
      if (frames.length > 0) socket.write(Buffer.concat(frames));
    });
  });
});
server.listen(0, '127.0.0.1', BACKLOG, () => ready(/** @type {net.AddressInfo} */ (server.address()).port));
