// Payload transparency: arguments that only the two ends understand, such as encrypted ones.

import { ErrorUri } from '../error-uris.ts';
import { ApplicationError, type Args, type Kwargs } from '../errors.ts';
import type { EncodingOptions, PayloadArgs } from '../messages/payload.ts';
import type { Arguments } from './arguments.ts';

/** An encoded payload. */
export interface EncodedPayload {
  readonly payload: Uint8Array;
  /** Such as `cryptobox`, or a name of one's own that begins with `x_`. */
  readonly encAlgo: string;
  readonly encSerializer?: string | null | undefined;
  readonly encKey?: string | null | undefined;
}

/** Encodes and decodes the payloads of a session. */
export interface IPayloadCodec {
  /** @param isOriginating whether it is a publication or a call, not an answer. @returns `null`: as plain arguments */
  encode(isOriginating: boolean, uri: string, args: Args, kwargs: Kwargs): EncodedPayload | null;
  decode(
    isOriginating: boolean,
    uri: string,
    encoded: EncodedPayload,
  ): { readonly args: unknown[]; readonly kwargs: Kwargs };
}

/** What is to be written. */
export interface OutgoingPayload {
  readonly args: PayloadArgs;
  readonly kwargs: Kwargs | null;
  readonly encoding: EncodingOptions;
}

const NO_ENCODING: EncodingOptions = {};

/** Encodes where there is a codec. */
export function encodePayload(
  codec: IPayloadCodec | null,
  isOriginating: boolean,
  uri: string,
  args: Args | null,
  kwargs: Kwargs | null,
): OutgoingPayload {
  const encoded = codec?.encode(isOriginating, uri, args ?? [], kwargs ?? {}) ?? null;
  if (encoded === null) return { args, kwargs, encoding: NO_ENCODING };
  const encoding: { -readonly [Key in keyof EncodingOptions]: EncodingOptions[Key] } = { enc_algo: encoded.encAlgo };
  if (encoded.encSerializer != null) encoding.enc_serializer = encoded.encSerializer;
  if (encoded.encKey != null) encoding.enc_key = encoded.encKey;
  return { args: encoded.payload, kwargs: null, encoding };
}

/** Decodes a transparent payload. @throws ApplicationError when there is no codec for it, or it cannot read it */
export function decodePayload(
  codec: IPayloadCodec | null,
  isOriginating: boolean,
  uri: string,
  { args, kwargs }: { readonly args: PayloadArgs; readonly kwargs: Kwargs | null },
  encoding: EncodingOptions,
): Arguments {
  if (args === null || Array.isArray(args)) return { args: (args as unknown[] | null) ?? [], kwargs: kwargs ?? {} };
  if (codec === null || !(args instanceof Uint8Array)) {
    throw new ApplicationError(ErrorUri.noPayloadCodec, ['there is no codec for the payload']);
  }
  try {
    const encoded = {
      payload: args,
      encAlgo: encoding.enc_algo ?? '',
      encSerializer: encoding.enc_serializer ?? null,
      encKey: typeof encoding.enc_key === 'string' ? encoding.enc_key : null,
    };
    return codec.decode(isOriginating, uri, encoded);
  } catch (cause) {
    if (cause instanceof ApplicationError) throw cause;
    throw new ApplicationError(ErrorUri.decryptError, ['the payload cannot be decoded'], {}, { cause });
  }
}
