// Where the lines cross that src/thresholds.ts takes its numbers from: `pnpm build && node packages/accel/bench/thresholds.mjs`
import { isUtf8 } from 'node:buffer';
import { measure, show, table } from '@ws/measure';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import { KernelCopy } from '../dist/kernel-copy.js';
import { loadKernel } from '../dist/load-kernel.js';
import { validateNatively } from '../dist/native-utf8.js';

const { kernel } = loadKernel();
if (kernel === null) throw new Error('no kernels');
const copy = new KernelCopy(kernel);
const KEY = 0x01020304;
const ADDRESS = 33_856;
const memory = Buffer.from(kernel.memory.buffer, ADDRESS, 65_536);
let sink = 0;

/**
 * Which is fastest, and from which size on.
 * @param {string} title @param {readonly number[]} sizes
 * @param {(size: number) => Readonly<Record<string, (times: number) => void>>} candidates
 */
function compare(title, sizes, candidates) {
  let names = /** @type {string[]} */ ([]);
  const rows = sizes.map(size => {
    const ns = measure(candidates(size), { rounds: 11, milliseconds: 3 });
    names = Object.keys(ns);
    const best = names.reduce((a, b) => (Number(ns[a]) <= Number(ns[b]) ? a : b));
    return [String(size), ...names.map(name => show(Number(ns[name]))), best];
  });
  console.log(`## ${title}\n\n${table(['bytes', ...names, 'best'], rows)}\n`);
}

/** @type {readonly (readonly [kind: string, make: (size: number) => Buffer])[]} */
const KINDS = [
  ['ASCII', size => Buffer.alloc(size, 'The quick brown fox jumps over the lazy dog. ')],
  ['mixed text', size => Buffer.alloc(size, 'Grüße, 世界: naïve café, 😀 plain words. ')],
];

for (const [where, lead] of /** @type {const} */ ([
  ['a range of a larger buffer', 10],
  ['whole arrays', 0],
])) {
  compare(`Masking elsewhere, ${where}`, [64, 96, 128, 192, 256, 384, 512, 1024], size => {
    const bytes = Buffer.alloc(size + lead);
    const end = lead + size;
    return {
      JavaScript: times => {
        for (let i = 0; i < times; i++) portableMasker.mask(bytes, lead, end, KEY, 0);
      },
      copy: times => {
        for (let i = 0; i < times; i++) copy.mask(bytes, lead, end, KEY, 0);
      },
    };
  });
  for (const [kind, make] of KINDS) {
    compare(`Validating elsewhere, ${where}, ${kind}`, [16, 32, 48, 64, 96, 128, 192, 256, 512, 4096], size => {
      const bytes = Buffer.concat([Buffer.alloc(lead), make(size)]);
      const end = lead + size;
      return {
        JavaScript: times => {
          for (let i = 0; i < times; i++) sink += portableUtf8.validate(bytes, 0, lead, end);
        },
        copy: times => {
          for (let i = 0; i < times; i++) sink += copy.validate(bytes, 0, lead, end);
        },
        isUtf8: times => {
          for (let i = 0; i < times; i++) sink += validateNatively(isUtf8, bytes, 0, lead, end);
        },
      };
    });
    compare(`Unmasking text elsewhere, ${where}, ${kind}`, [32, 64, 96, 128, 192, 256, 512, 1024, 16_384], size => {
      const bytes = Buffer.concat([Buffer.alloc(lead), make(size)]);
      const end = lead + size;
      return {
        JavaScript: times => {
          for (let i = 0; i < times; i++) {
            portableMasker.mask(bytes, lead, end, 0, 0);
            sink += portableUtf8.validate(bytes, 0, lead, end);
          }
        },
        fused: times => {
          for (let i = 0; i < times; i++) sink += copy.unmaskText(bytes, lead, end, 0, 0, 0);
        },
        'mask by copy, isUtf8': times => {
          for (let i = 0; i < times; i++) {
            copy.mask(bytes, lead, end, 0, 0);
            sink += validateNatively(isUtf8, bytes, 0, lead, end);
          }
        },
      };
    });
  }
}

for (const [kind, make] of KINDS) {
  compare(`In the receive buffer, ${kind}`, [256, 512, 1024, 2048, 4096, 16_384, 65_530], size => {
    memory.set(make(size), 6);
    const at = ADDRESS + 6;
    return {
      validate: times => {
        for (let i = 0; i < times; i++) sink += kernel.validate(at, at + size, 0);
      },
      isUtf8: times => {
        for (let i = 0; i < times; i++) sink += validateNatively(isUtf8, memory, 0, 6, 6 + size);
      },
      fused: times => {
        for (let i = 0; i < times; i++) sink += kernel.unmaskText(at, at + size, 0, 0, 0);
      },
      'mask, isUtf8': times => {
        for (let i = 0; i < times; i++) {
          kernel.mask(at, at + size, 0, 0);
          sink += validateNatively(isUtf8, memory, 0, 6, 6 + size);
        }
      },
    };
  });
}
if (Number.isNaN(sink)) throw new Error('never');
