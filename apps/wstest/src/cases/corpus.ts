// The texts and bytes that the long cases send. All are made here, from a seed: the same in every run, free to ship,
// and each compresses in its own way.

/** Data to cut messages from; text is kept as a string so that a cut never parts a character. */
export interface Corpus {
  readonly name: string;
  readonly isBinary: boolean;
  /** Message `index` of `size` characters (text) or bytes (binary). Neighbours differ; the sequence never changes. */
  readonly message: (index: number, size: number) => Buffer;
}

const SIZE = 300_007;

/** The sources of section 12, in its order; the first one serves section 13. */
export const corpora: readonly Corpus[] = [
  textCorpus('JSON text', makeJson),
  binaryCorpus('a bitmap', makeBitmap),
  binaryCorpus('German prose', random => Buffer.from(makeProse(random))),
  textCorpus('HTML text', makeHtml),
  binaryCorpus('a document of mixed content', makeMixed),
];

type Random = (limit: number) => number;

function textCorpus(name: string, make: (random: Random) => string): Corpus {
  const source = lazy(() => twice(make(seeded(1))));
  return { name, isBinary: false, message: (index, size) => Buffer.from(cut(source(), index, size)) };
}

function binaryCorpus(name: string, make: (random: Random) => Buffer): Corpus {
  const source = lazy(() => {
    const once = make(seeded(2)).subarray(0, SIZE);
    return Buffer.concat([once, once]);
  });
  return { name, isBinary: true, message: (index, size) => cut(source(), index, size) };
}

function cut<T extends string | Buffer>(source: T, index: number, size: number): T {
  const start = (index * (size + 37)) % (source.length / 2);
  return source.slice(start, start + size) as T;
}

function twice(text: string): string {
  const once = text.slice(0, SIZE);
  return once + once;
}

function lazy<T>(make: () => T): () => T {
  let value: T | null = null;
  return () => {
    value ??= make();
    return value;
  };
}

/** A small generator (xorshift), enough for data that only has to look varied. */
function seeded(seed: number): Random {
  let state = seed * 0x9e3779b9;
  return limit => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const WORDS =
  'der die das und über Straße Wald früh später können möchte Wagen Brücke gehört während zwischen Abend Licht kleine große Fenster Garten Mutter Vater König Mädchen schön wieder niemals vielleicht Wasser Feuer Erde Luft Stille Stimme Weg Stadt Dorf Brot Salz'.split(
    ' ',
  );

function makeProse(random: Random): string {
  let prose = '';
  while (prose.length < SIZE) {
    const words = Array.from({ length: 6 + random(12) }, () => WORDS[random(WORDS.length)]!);
    prose += `${words.join(' ')}${random(4) === 0 ? '.\n' : ', '}`;
  }
  return prose;
}

function makeJson(random: Random): string {
  let json = '[';
  while (json.length < SIZE) {
    const word = (): string => WORDS[random(WORDS.length)]!;
    json += `${JSON.stringify({
      id: random(1e6),
      name: `${word()} ${word()}`,
      price: random(1e5) / 100,
      tags: [word(), word(), word()],
      position: { latitude: random(9e6) / 1e5, longitude: random(18e6) / 1e5 },
      isActive: random(2) === 0,
    })},\n`;
  }
  return json;
}

function makeHtml(random: Random): string {
  let html = '<!doctype html><html lang="de"><body>\n';
  while (html.length < SIZE) {
    const word = (): string => WORDS[random(WORDS.length)]!;
    html += `<tr class="row-${random(2)}"><td><a href="/item/${random(1e5)}">${word()} ${word()}</a></td><td>${word()}</td></tr>\n`;
  }
  return html;
}

function makeBitmap(random: Random): Buffer {
  const pixels = Buffer.alloc(SIZE);
  for (let i = 0; i < SIZE; i += 3) {
    const x = (i / 3) % 320;
    pixels[i] = x >> 1;
    pixels[i + 1] = (i >> 10) & 0xff;
    pixels[i + 2] = x % 64 < 8 ? random(256) : 0xee;
  }
  return pixels;
}

function makeMixed(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let length = 0; length < SIZE; ) {
    const stream = Buffer.from(Array.from({ length: 600 }, () => random(256)));
    parts.push(
      Buffer.from(`${random(999)} 0 obj\n<< /Type /Page /Length 600 /Filter /FlateDecode >>\nstream\n`),
      stream,
      Buffer.from('\nendstream\nendobj\n'),
    );
    parts.push(Buffer.from('0000000000 65535 f \n'.repeat(40)));
    length += 1500;
  }
  return Buffer.concat(parts);
}
