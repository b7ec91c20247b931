/**
 * Computes the 20 bytes of SHA-1 (FIPS 180-4, 6.1), synchronously; the web platform has it only asynchronously. For the
 * handshake (RFC 6455, 4.2.2), which does not depend on its strength; not for signatures.
 */
export function sha1(bytes: Uint8Array): Uint8Array {
  const message = pad(bytes);
  const hash = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const schedule = new Int32Array(80);
  for (let at = 0; at < message.byteLength; at += 64) {
    for (let t = 0; t < 80; t++) {
      schedule[t] =
        t < 16
          ? message.getInt32(at + t * 4)
          : rotate(schedule[t - 3]! ^ schedule[t - 8]! ^ schedule[t - 14]! ^ schedule[t - 16]!, 1);
    }
    compress(hash, schedule);
  }
  hash.forEach((word, i) => {
    message.setInt32(i * 4, word);
  });
  return new Uint8Array(message.buffer.slice(0, 20));
}

/** Pads the message with a 1 bit, zeros up to a whole block, and the message's length in bits (FIPS 180-4, 5.1.1). */
function pad(bytes: Uint8Array): DataView {
  const { length } = bytes;
  const padded = new Uint8Array(((length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, length / 0x2000_0000);
  view.setUint32(padded.length - 4, length << 3);
  return view;
}

/** Runs the 80 rounds of one block (FIPS 180-4, 6.1.2). */
function compress(hash: number[], schedule: Int32Array): void {
  let [a, b, c, d, e] = hash as [number, number, number, number, number];
  for (let t = 0; t < 80; t++) {
    let mix = b ^ c ^ d;
    if (t < 20) mix = (b & c) | (~b & d);
    else if (t >= 40 && t < 60) mix = (b & c) | (b & d) | (c & d);
    // The constants of FIPS 180-4, 4.2.1.
    const constant = Math.sqrt([2, 3, 5, 10][Math.floor(t / 20)]!) * 2 ** 30;
    const next = (rotate(a, 5) + mix + e + schedule[t]! + Math.floor(constant)) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  [a, b, c, d, e].forEach((word, i) => {
    hash[i] = (hash[i]! + word) | 0;
  });
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
