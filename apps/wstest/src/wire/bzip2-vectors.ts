/** A message and what `bzip2 -1` makes of it, in Base64. The tester only ever sends these. */
export interface Bzip2Vector {
  readonly message: Buffer;
  readonly compressed: Buffer;
}

function vector(message: Buffer | string, compressed: string): Bzip2Vector {
  return { message: Buffer.from(message), compressed: Buffer.from(compressed, 'base64') };
}

/** All messages that the bzip2 cases send. */
export const bzip2Vectors: readonly Bzip2Vector[] = [
  vector('', 'QlpoMRdyRThQkAAAAAA='),
  vector('Hello', 'QlpoMTFBWSZTWRpUZJIAAAAFAABAAgSgACGaaDNNEzOLuSKcKEgNKjJJAA=='),
  vector(
    'Grüße aus Köln. '.repeat(64),
    'QlpoMTFBWSZTWb8bbwAAAJ+VrEABAIgiBRoAAACBBAgAIABwUwAAFUiNGjynqYA8A6A2ByBEgUB6BsCgJAsCLA+AsD8XckU4UJC/G28A',
  ),
  vector(
    Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
    'QlpoMTFBWSZTWba17pUAAAB/////////////////////////////////////////////sADFUgAAAAAAAAAAAAAAAAAAAAABMAmAAAAAAAAAAAAAAEwABMAEmAAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkwAEwABMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPwCAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCg4SFhoeIiYqLjI2Oj5CRkpWWl5iZmpucnZ6foKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr/AwcLDxMXGxcbHyMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9F3JFOFCQtrXulQ=',
  ),
  vector(Buffer.alloc(250_000, 'a'), 'QlpoMTFBWSZTWc6mDE8AAewBAOAAAAggADDMBSmnGJKtgkq8XckU4UJDOpgxPA=='),
];

/** What `bzip2 -9` makes of 256 MiB of zeros. */
export const bzip2Bomb: Buffer = Buffer.from(
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kezuTbASo/wADABAAIIAAwzAUppqqoSRsAIkjxdyRThQkGsXyvAA==',
  'base64',
);
