// Decides which compression a connection uses (RFC 7692, 5). The extensions are handed in by the caller.

import type {
  CompressionExtension,
  CompressionOffer,
  CompressionResponse,
  CompressionResponseAccept,
  MessageCompression,
  Platform,
} from '@ws/types';
import type { ClientOptions, ServerOptions } from '../options/options.ts';
import { log } from '../support/log.ts';
import type { Extension } from './extensions-header.ts';

/** The compression that the server agrees to. */
export interface AgreedCompression {
  readonly compression: MessageCompression;
  /** The value of `Sec-WebSocket-Extensions`. */
  readonly extensionString: string;
}

/**
 * Makes the server's choice among the client's offers. It declines offers that break their extension's rules, and
 * extensions that it does not know (RFC 7692, 5.1).
 */
export function acceptOffers(
  offered: readonly Extension[],
  options: ServerOptions,
  extensions: readonly CompressionExtension[],
  platform: Platform,
): AgreedCompression | null {
  const acceptor = options.perMessageCompressionAccept;
  if (acceptor === null || offered.length === 0) return null;
  const known = [...extensions, ...extensionsOf(acceptor)];
  const offers: CompressionOffer[] = [];
  for (const [name, params] of offered) {
    const extension = known.find(({ extensionName }) => extensionName === name);
    if (extension === undefined) continue;
    try {
      offers.push(extension.parseOffer(params));
    } catch (error) {
      log(platform, 'info', 'offer-declined', error);
    }
  }
  const accept = offers.length === 0 ? null : acceptor(offers);
  if (accept === null) return null;
  return {
    compression: accept.createCompression(platform),
    extensionString: accept.getExtensionString(),
  };
}

/** Makes the compression that the server's response names. `null`: not acceptable, which fails the handshake. */
export function acceptResponse(
  response: CompressionResponse,
  options: ClientOptions,
  platform: Platform,
): MessageCompression | null {
  const accept =
    options.perMessageCompressionAccept === null
      ? answerByOffer(options.perMessageCompressionOffers, response)
      : options.perMessageCompressionAccept(response);
  return accept === null ? null : accept.createCompression(platform);
}

/** The extensions whose responses a client can read. */
export function clientExtensions(
  options: ClientOptions,
  extensions: readonly CompressionExtension[],
): CompressionExtension[] {
  const ofOffers = options.perMessageCompressionOffers.flatMap(offer => offer.extension ?? []);
  return [...extensions, ...ofOffers, ...extensionsOf(options.perMessageCompressionAccept)];
}

function answerByOffer(
  offers: readonly CompressionOffer[],
  response: CompressionResponse,
): CompressionResponseAccept | null {
  for (const offer of offers) {
    if (offer.extensionName !== response.extensionName) continue;
    const accept = offer.acceptResponse?.(response);
    if (accept) return accept;
  }
  return null;
}

/** The extensions that a ready-made acceptor brings: they parse the headers that it decides on. */
function extensionsOf(
  acceptor: { readonly extensions?: readonly CompressionExtension[] | undefined } | null,
): readonly CompressionExtension[] {
  return acceptor?.extensions ?? [];
}
