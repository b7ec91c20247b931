// The only file that uses the runtime's streaming text decoder, which every runtime has under this name.

declare const TextDecoder: new (
  label: 'utf-8',
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array, options: { readonly stream: boolean }): string };

/** Decodes a text whose bytes come in chunks that end anywhere. The engine has checked that they are UTF-8. */
export class TextDecoderStreaming {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  push(chunk: Uint8Array): string {
    return this.#decoder.decode(chunk, { stream: true });
  }
}
