// The package has no types of its own. What is declared is what is used.
declare module 'seek-bzip' {
  /** Where bytes are read from: an integer 0..255 at each call, or as many as asked for into an array. */
  interface Input {
    readByte(): number;
    read(target: Uint8Array, offset: number, length: number): number;
  }
  /** Where bytes are written to, one at a time. What it throws ends the decoding. */
  interface Output {
    writeByte(byte: number): void;
  }
  const Bunzip: { decode(input: Input, output: Output): void };
  export default Bunzip;
}
