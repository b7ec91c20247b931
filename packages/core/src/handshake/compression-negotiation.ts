// Which compression a connection uses (RFC 7692, 5). The extensions are values that were handed in.

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

/** What the server's side agrees to. */
export interface AgreedCompression {
  readonly compression: MessageCompression;
  /** For `Sec-WebSocket-Extensions`. */
  readonly extensionString: string;
}

/**
 * A server's choice among what the client offers. An offer that breaks its extension's rules is declined, and so are
 * extensions that nobody here knows (RFC 7692, 5.1).
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

/** What a client takes of the server's response; `null`: nothing, which fails the handshake. */
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

/** The extensions that a client can read responses of. */
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

/** A ready-made acceptor brings what parses its offers. */
function extensionsOf(
  acceptor: { readonly extensions?: readonly CompressionExtension[] | undefined } | null,
): readonly CompressionExtension[] {
  return acceptor?.extensions ?? [];
}
