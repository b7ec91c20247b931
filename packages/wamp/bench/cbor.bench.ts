import { Decoder, Encoder } from 'cbor-x';
import { bench, describe } from 'vitest';
import { decodeCbor } from '../src/serializers/cbor-decoder.ts';

const library = new Decoder({ useRecords: false, mapsAsObjects: true });

/** As another process would have written it. */
const encode = (value: unknown): Uint8Array => Uint8Array.from(new Encoder({ useRecords: false }).encode(value));

describe.each([
  ['a call', [48, 12345, { receive_progress: true }, 'com.example.procedure.add', [1, 2, 3.5], { name: 'some text' }]],
  ['an event', [36, 5512315355, 4429313566, { publisher: 123 }, ['a text of some length'], { temperature: 21.5 }]],
  ['1,000 dictionaries', Array.from({ length: 1000 }, (_, id) => ({ id, name: `sensor ${id}`, value: id / 7 }))],
  ['10,000 integers', Array.from({ length: 10_000 }, (_, i) => i)],
])('%s', (_name, value) => {
  const bytes = encode(value);
  bench('decodeCbor', () => void decodeCbor(bytes));
  bench('cbor-x, without any check', () => void library.decode(bytes));
});
