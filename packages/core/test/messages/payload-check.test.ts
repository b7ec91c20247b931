import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { checkBytes } from '../../src/messages/payload-check.ts';

test.each([
  ['a Uint8Array', new Uint8Array(1)],
  ['a Buffer', Buffer.from('a')],
  ['an empty one', new Uint8Array(0)],
  ['one of another realm', runInNewContext('new Uint8Array(1)')],
])('%s is bytes', (_name, value) => {
  expect(() => checkBytes(value)).not.toThrow();
});

test.each([
  ['a number, which is a length to some', 7],
  ['an ArrayBuffer', new ArrayBuffer(1)],
  ['a view of another kind', new Float32Array(1)],
  ['a DataView', new DataView(new ArrayBuffer(1))],
  ['a list', [1]],
  ['a string', 'a'],
  ['nothing', undefined],
  ['null', null],
  ['one whose memory was transferred away', transferred()],
])('%s is not', (_name, value) => {
  expect(() => checkBytes(value)).toThrow(TypeError);
});

function transferred(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}
