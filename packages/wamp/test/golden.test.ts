import { toHex } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { parseMessage } from '../src/messages/message-types.ts';
import { createSerializers, createTransportSerializer } from '../src/serializers/all.ts';
import golden from './golden.json' with { type: 'json' };
import { noPython, rewrite, type Written } from './support/python.ts';
import { SAMPLES } from './support/samples.ts';

const IDS = createSerializers().map(({ serializerId }) => serializerId);

/** Every message by every serializer. */
function written(): Written {
  return Object.fromEntries(
    Object.entries(SAMPLES).map(([name, raw]) => {
      const message = parseMessage(raw);
      const byId = IDS.map(id => [id, toHex(createTransportSerializer(id).serialize(message), '')]);
      return [name, Object.fromEntries(byId)];
    }),
  );
}

describe('what messages look like on the wire', () => {
  test('are the bytes that Autobahn|Python writes, for every message and serializer', () => {
    expect(written()).toEqual(golden);
  });

  test.each(IDS)('%s: read again, they are the same messages', id => {
    const serializer = createTransportSerializer(id);
    for (const raw of Object.values(SAMPLES)) {
      const message = parseMessage(raw);
      const [again, ...more] = serializer.unserialize(serializer.serialize(message), serializer.isBinary);
      expect(more).toEqual([]);
      expect(again?.marshal()).toEqual(message.marshal());
    }
  });

  test.skipIf(noPython !== null)(`Autobahn|Python reads them, and writes the same (${noPython ?? 'installed'})`, () => {
    expect(rewrite(written())).toEqual(golden);
  });

  // Probed with the reference.
  test.each([
    { raw: SAMPLES['PUBLISH with a payload'], json: '[16,1,{},"com.t",[1,"\\u0000AQI="],{"a":"é"}]' },
    { raw: SAMPLES.GOODBYE, json: '[6,{},"wamp.close.normal"]' },
    { raw: SAMPLES['UNSUBSCRIBED by the broker'], json: '[35,0,{"reason":"a.b","subscription":5}]' },
    { raw: SAMPLES.ERROR, json: '[8,48,1,{},"e.x",["a"]]' },
  ])('JSON: $json', ({ raw, json }) => {
    expect(Buffer.from(createTransportSerializer('json').serialize(parseMessage(raw))).toString()).toBe(json);
  });

  test('a batch in MessagePack begins with a length of 4 bytes', () => {
    const bytes = createTransportSerializer('msgpack.batched').serialize(parseMessage(SAMPLES.GOODBYE));
    expect(toHex(bytes.subarray(0, 8), '')).toBe('00000015' + '930680b1');
  });
});
