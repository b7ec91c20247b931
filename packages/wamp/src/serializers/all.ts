/** All serializers at once; import the single ones where bundles are to be small. */

import { CborSerializer } from './cbor.ts';
import { JsonSerializer } from './json.ts';
import { MsgpackSerializer } from './msgpack.ts';
import type { ISerializer } from './serializer.ts';

export { type CborOptions, CborSerializer } from './cbor.ts';
export { type JsonOptions, JsonSerializer } from './json.ts';
export { type MsgpackOptions, MsgpackSerializer } from './msgpack.ts';
export type { ISerializer } from './serializer.ts';

const MAKERS: Readonly<Record<string, (isBatched: boolean) => ISerializer>> = {
  cbor: isBatched => new CborSerializer({ isBatched }),
  msgpack: isBatched => new MsgpackSerializer({ isBatched }),
  json: isBatched => new JsonSerializer({ isBatched }),
};

/** Every serializer, the preferred first: CBOR, MessagePack, JSON, of each the batched one first. */
export function createSerializers(): ISerializer[] {
  return Object.values(MAKERS).flatMap(make => [make(true), make(false)]);
}

/**
 * The serializer with that id: `json`, `msgpack` or `cbor`, or one of them and `.batched`.
 *
 * @throws RangeError when there is none
 */
export function createTransportSerializer(id: string): ISerializer {
  const [name = '', form, ...rest] = id.split('.');
  if (!Object.hasOwn(MAKERS, name) || rest.length > 0 || (form !== undefined && form !== 'batched')) {
    throw new RangeError(
      `there is no serializer ${JSON.stringify(id)}: use ${Object.keys(MAKERS).join(', ')}, or one of them and .batched`,
    );
  }
  return MAKERS[name]!(form === 'batched');
}
