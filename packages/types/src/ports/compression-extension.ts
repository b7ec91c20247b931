// What `@ws/core` knows of a compression extension. The extensions themselves are values handed in (`@ws/compress`).

/** Parameters of one extension in a header: name in lower case → values in order, `true` where there was no `=`. */
export type ExtensionParams = Readonly<Record<string, readonly (string | true)[]>>;

/** What the options `perMessageCompressionOffers` hold and what a server's acceptor is given. */
export interface CompressionOffer {
  readonly extensionName: string;
  /** As it stands in `Sec-WebSocket-Extensions`. */
  getExtensionString(): string;
  /** What parses the response to it; given with ready-made offers, so that no further setup is needed. */
  readonly extension?: CompressionExtension | undefined;
  /**
   * What a ready-made offer makes of the response when the client has no acceptor of its own; `null`: this offer was
   * not the one that is answered.
   */
  acceptResponse?(response: CompressionResponse): CompressionResponseAccept | null;
}

/** What a server's `perMessageCompressionAccept` returns. */
export interface CompressionOfferAccept {
  readonly extensionName: string;
  getExtensionString(): string;
  createCompression(codecs: CompressionCodecs): MessageCompression;
}

/** What a client's `perMessageCompressionAccept` is given. */
export interface CompressionResponse {
  readonly extensionName: string;
}

/** What a client's `perMessageCompressionAccept` returns. */
export interface CompressionResponseAccept {
  readonly extensionName: string;
  createCompression(codecs: CompressionCodecs): MessageCompression;
}

/** A server's `perMessageCompressionAccept`: picks an offer, in the client's order of preference; `null` declines all. */
export interface CompressionOfferAcceptor {
  (offers: readonly CompressionOffer[]): CompressionOfferAccept | null;
  /** What parses the offers it knows; given with ready-made acceptors, so that no further setup is needed. */
  readonly extensions?: readonly CompressionExtension[] | undefined;
}

/** A client's `perMessageCompressionAccept`; `null` fails the handshake. */
export interface CompressionResponseAcceptor {
  (response: CompressionResponse): CompressionResponseAccept | null;
  /** What parses the responses it knows, as in {@link CompressionOfferAcceptor}. */
  readonly extensions?: readonly CompressionExtension[] | undefined;
}

/** Parses offers and responses of one extension by name. */
export interface CompressionExtension {
  readonly extensionName: string;
  /** @throws when the parameters break the extension's rules: that one offer is declined */
  parseOffer(params: ExtensionParams): CompressionOffer;
  /**
   * @param offered the offers that the client had made under this name
   * @throws when the parameters break the rules, or answer nothing that was offered: the handshake fails
   */
  parseResponse(params: ExtensionParams, offered: readonly CompressionOffer[]): CompressionResponse;
}

/** The codecs that a platform brings; an extension uses its own portable one where there is none. */
export interface CompressionCodecs {
  readonly deflate?: import('./codecs.ts').DeflateCodec | undefined;
  readonly bzip2?: import('./codecs.ts').Bzip2Codec | undefined;
}

/** A negotiated extension at work on one connection: compresses and decompresses messages (RSV1). */
export interface MessageCompression {
  readonly extensionName: string;
  /** Messages shorter than this, in bytes, are better sent as they are. */
  readonly threshold: number;
  /** The limit of its own that this extension was accepted with, in decompressed bytes; 0: only the protocol's. */
  readonly maxMessageSize: number;
  /**
   * Equal for two connections whose compressors give the same output for the same message (no context, same
   * parameters): what one compressed may be sent on the other. `null` where messages depend on earlier ones.
   */
  readonly sharedKey: string | null;
  /** See `Compressor.compress`. */
  compress(bytes: Uint8Array, isFinal: boolean): Uint8Array;
  /** See `Decompressor.decompress`. */
  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array;
  /** See `Decompressor.hasMore`. Absent: `decompress` does all of its work in each call. */
  readonly hasMore?: boolean;
  /** Frees the codecs. May be called twice. */
  close(): void;
  toJSON(): Readonly<Record<string, unknown>>;
}
