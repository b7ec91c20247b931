// A masked text frame in the receive buffer: unmasked and validated in place, in one pass.
import assert from 'node:assert/strict';
import { createAccelerator, HAS_NVX, Utf8Validator } from '@ws/accel';

const { masker, utf8, textUnmasker, receiveBuffer, reason } = createAccelerator();
console.log(HAS_NVX ? 'WebAssembly SIMD' : `JavaScript: ${reason}`);

// A transport reads into these bytes. Here it got the frame of RFC 6455, 5.7: a masked "Hello".
const bytes = receiveBuffer?.bytes() ?? new Uint8Array(64);
bytes.set([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);

let state = 0;
if (textUnmasker !== undefined) {
  state = textUnmasker.unmaskText(bytes, 6, 11, 0x37fa213d, 0, state);
} else {
  masker.mask(bytes, 6, 11, 0x37fa213d, 0);
  state = utf8.validate(bytes, state, 6, 11);
}
assert.equal(state, 0); // valid and complete
assert.equal(new TextDecoder().decode(bytes.slice(6, 11)), 'Hello');

// Where exactly a text goes wrong, over chunks: a surrogate is wrong at its second byte (RFC 3629).
const validator = new Utf8Validator();
validator.validate(Uint8Array.of(0x61, 0xed));
const result = validator.validate(Uint8Array.of(0xa0, 0x80));
assert.deepEqual(result, { valid: false, endsOnCodePoint: false, currentIndex: 0, totalIndex: 2 });
