import type { Platform } from '@ws/types';
import { JsonSerializer } from '../serializers/json.ts';
import type { ISerializer } from '../serializers/serializer.ts';

/** What both factories take beside the session's parameters. */
export interface WampOptions {
  /** The preferred first. Default: JSON, batched and plain. */
  readonly serializers?: readonly ISerializer[] | null | undefined;
  /** Whether a peer that names none of our subprotocols is refused; or else gets JSON. Default `true`. */
  readonly strictProtocolNegotiation?: boolean | undefined;
  readonly platform?: Platform | undefined;
}

/** @throws RangeError for an empty list, or one with an id twice */
export function checkedSerializers(serializers: readonly ISerializer[] | null | undefined): readonly ISerializer[] {
  const list = [...(serializers ?? [new JsonSerializer({ isBatched: true }), new JsonSerializer()])];
  if (list.length === 0) throw new RangeError('serializers must not be empty');
  const ids = list.map(({ serializerId }) => serializerId);
  if (new Set(ids).size < ids.length) throw new RangeError(`a serializer is there twice: ${ids.join(', ')}`);
  return list;
}

/** What a peer gets that named none: JSON, whether or not it is among ours. */
export function fallbackSerializer(serializers: readonly ISerializer[]): ISerializer {
  return serializers.find(({ serializerId }) => serializerId === 'json') ?? new JsonSerializer();
}
