// The interfaces by which `@ws/core` uses compression extensions. The extensions are passed in as values (`@ws/compress`).

/** Parameters of one extension in a header: each name, in lower case, has its values in order. `true`: there was no `=`. */
export type ExtensionParams = Readonly<Record<string, readonly (string | true)[]>>;

/** An offer of compression: an element of a client's `perMessageCompressionOffers`, or an argument of a server's acceptor. */
export interface CompressionOffer {
  readonly extensionName: string;
  /** The offer as written in `Sec-WebSocket-Extensions`. */
  getExtensionString(): string;
  /** The extension that parses the response to this offer. Ready-made offers carry it, so that no further setup is needed. */
  readonly extension?: CompressionExtension | undefined;
  /**
   * Accepts the response, when the client has no acceptor of its own. Ready-made offers have this method. `null`: the response
   * is not an answer to this offer.
   */
  acceptResponse?(response: CompressionResponse): CompressionResponseAccept | null;
}

/** An accepted offer, returned by a server's `perMessageCompressionAccept`. */
export interface CompressionOfferAccept {
  readonly extensionName: string;
  getExtensionString(): string;
  createCompression(codecs: CompressionCodecs): MessageCompression;
}

/** A server's response, the argument of a client's `perMessageCompressionAccept`. */
export interface CompressionResponse {
  readonly extensionName: string;
}

/** An accepted response, returned by a client's `perMessageCompressionAccept`. */
export interface CompressionResponseAccept {
  readonly extensionName: string;
  createCompression(codecs: CompressionCodecs): MessageCompression;
}

/** A server's `perMessageCompressionAccept`: picks one of the offers, which are in the client's order. `null` declines all. */
export interface CompressionOfferAcceptor {
  (offers: readonly CompressionOffer[]): CompressionOfferAccept | null;
  /** The extensions that parse the offers it knows. Ready-made acceptors carry them, so that no further setup is needed. */
  readonly extensions?: readonly CompressionExtension[] | undefined;
}

/** A client's `perMessageCompressionAccept`: accepts the response. `null` fails the handshake. */
export interface CompressionResponseAcceptor {
  (response: CompressionResponse): CompressionResponseAccept | null;
  /** The extensions that parse the responses it knows, as in {@link CompressionOfferAcceptor}. */
  readonly extensions?: readonly CompressionExtension[] | undefined;
}

/** Parses the offers and responses of one extension. */
export interface CompressionExtension {
  readonly extensionName: string;
  /** @throws an error when the parameters break the extension's rules; that one offer is declined */
  parseOffer(params: ExtensionParams): CompressionOffer;
  /**
   * @param offered the client's offers under this name
   * @throws an error when the parameters break the rules, or fit none of the offers; the handshake fails
   */
  parseResponse(params: ExtensionParams, offered: readonly CompressionOffer[]): CompressionResponse;
}

/** The codecs of a platform. An extension uses its own portable codec when the platform has none. */
export interface CompressionCodecs {
  readonly deflate?: import('./codecs.ts').DeflateCodec | undefined;
  readonly bzip2?: import('./codecs.ts').Bzip2Codec | undefined;
}

/** Compresses and decompresses the messages of one connection by a negotiated extension; compressed messages have RSV1 set. */
export interface MessageCompression {
  readonly extensionName: string;
  /** Messages with fewer bytes than this are better sent uncompressed. */
  readonly threshold: number;
  /** The extension's own limit on a decompressed message, in bytes. 0: only the protocol's limit applies. */
  readonly maxMessageSize: number;
  /**
   * A key that is equal for connections whose compressors give the same output for the same message (same parameters, no
   * context takeover): a message compressed for one may be sent on the others. `null`: messages depend on earlier ones.
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
