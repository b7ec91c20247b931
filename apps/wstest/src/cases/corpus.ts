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
  const source = lazy(() => indexed(twice(make(seeded(1)))));
  return {
    name,
    isBinary: false,
    message: (index, size) => {
      const { octets, starts } = source();
      const start = startOf(index, size, starts.length - 1);
      return octets.subarray(starts[start], starts[start + size]);
    },
  };
}

function binaryCorpus(name: string, make: (random: Random) => Buffer): Corpus {
  const source = lazy(() => {
    const once = make(seeded(2)).subarray(0, SIZE);
    return Buffer.concat([once, once]);
  });
  return {
    name,
    isBinary: true,
    message: (index, size) => {
      const octets = source();
      const start = startOf(index, size, octets.length);
      return octets.subarray(start, start + size);
    },
  };
}

function startOf(index: number, size: number, length: number): number {
  return (index * (size + 37)) % (length / 2);
}

/** Text as octets, and where in them each character begins (each UTF-16 unit; the corpora have no pairs of them). */
function indexed(text: string): { octets: Buffer; starts: Uint32Array } {
  const starts = new Uint32Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    starts[i + 1] = starts[i]! + (unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3);
  }
  return { octets: Buffer.from(text), starts };
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

function makePhrases(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 14 + random(10) }, () => WORDS[random(WORDS.length)]!);
    return `${words.join(' ')}${random(4) === 0 ? '.\n' : ', '}`;
  });
}

// perf: whole phrases come again and again, because what repeats is quick to compress. The long cases send gigabytes,
// and their time is to go into the peer's handling of messages, not into its search for matches.
function makeProse(random: Random): string {
  const phrases = makePhrases(random, 40);
  let prose = '';
  while (prose.length < SIZE) prose += phrases[random(8) === 0 ? random(phrases.length) : prose.length % 3]!;
  return prose;
}

function makeJson(random: Random): string {
  let json = '[';
  while (json.length < SIZE) {
    // Records this short repeat inside the smallest windows as well.
    json += `${JSON.stringify({
      id: random(1e6),
      name: WORDS[random(WORDS.length)],
      position: { latitude: 50.9413, longitude: 6.9583, accuracy: 'Straße', source: 'survey of the city' },
      tags: ['new', 'in stock', 'free delivery', 'recommended by customers'],
      isActive: true,
    })},\n`;
  }
  return json;
}

function makeHtml(random: Random): string {
  const phrases = makePhrases(random, 12);
  let html = '<!doctype html><html lang="de"><body>\n';
  while (html.length < SIZE) {
    html += `<tr class="row"><td class="link"><a href="/shop/item/${random(1e5)}">${phrases[random(phrases.length)]}</a></td><td class="price">12,50 €</td></tr>\n`;
  }
  return html;
}

function makeBitmap(random: Random): Buffer {
  const row = Buffer.from(Array.from({ length: 960 }, (_, i) => (i % 3 === 0 ? i >> 2 : 0xee)));
  const pixels = Buffer.alloc(SIZE);
  for (let i = 0; i < SIZE; i++) pixels[i] = random(256) === 0 ? random(256) : row[i % row.length]!;
  return pixels;
}

function makeMixed(random: Random): Buffer {
  const table = Buffer.from('0000000000 65535 f \n'.repeat(80));
  const parts: Buffer[] = [];
  for (let length = 0; length < SIZE; ) {
    const stream = Buffer.from(Array.from({ length: 150 }, () => random(256)));
    const object = Buffer.from(`${random(999)} 0 obj\n<< /Type /Page /Length 150 /Filter /FlateDecode >>\nstream\n`);
    parts.push(object, stream, Buffer.from('\nendstream\nendobj\n'), table);
    length += object.length + stream.length + 18 + table.length;
  }
  return Buffer.concat(parts);
}
