// The tables of docs/reference/options.md, made of the comments and rows of packages/core/src/options/options.ts.
// Writes the file; with `--check` it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const page = new URL('docs/reference/options.md', root);

/** Names for defaults that are too long for a table. */
const LONG = { DEFAULT_FLASH_POLICY: 'any domain, any port' };

/** @param {string} source a default as it is written in the source */
function defaultText(source) {
  if (source in LONG) return LONG[/** @type {keyof typeof LONG} */ (source)];
  const power = /^2 \*\* (\d+)$/.exec(source);
  return `\`${power ? 2 ** Number(power[1]) : source}\``;
}

/** The rows of one of the tables. @param {string} name @returns {{ name: string, effect: string, default: string }[]} */
export function optionRows(name, source = readFileSync(new URL('packages/core/src/options/options.ts', root), 'utf8')) {
  const from = source.indexOf(`const ${name}: {`);
  const table = source.slice(from, source.indexOf('\n}', from) + 1);
  const rows = table.matchAll(/\/\*\* (.+) \*\/\n\s+(\w+): row\((.+), (?:\w+(?:\(.*\))?)\),\n/g);
  return [...rows].map(([, effect = '', option = '', value = '']) => ({
    name: option,
    effect,
    default: defaultText(value),
  }));
}

/** @param {string} name */
function table(name) {
  const rows = optionRows(name).map(
    row => `| \`${row.name}\` | ${row.default} | ${row.effect.replaceAll('|', '\\|')} |`,
  );
  return ['| option | default | effect |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The page with its tables as they should be. @param {string} markdown */
export function withTables(markdown) {
  return markdown.replace(
    /(<!-- options (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_all, head, name, tail) => `${head}\n${table(name)}\n\n${tail}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = readFileSync(page, 'utf8');
  const after = withTables(before);
  if (after !== before && process.argv.includes('--check')) {
    console.error('docs/reference/options.md is not what the source says; run node tooling/docs/options.mjs');
    process.exit(1);
  }
  writeFileSync(page, after);
}
