// What is written: every link leads somewhere, every code block is a file that is run, every option is as in the source.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLIENT_OPTIONS, SERVER_OPTIONS } from '@ws/core';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md') && !/node_modules|^site/.test(name))
    .map(name => join(folder, name));
}

const packages = readdirSync(join(root, 'packages')).map(name => `packages/${name}/README.md`);
const apps = readdirSync(join(root, 'apps'))
  .map(name => `apps/${name}/README.md`)
  .filter(file => existsSync(join(root, file)));
const outside = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...packages, ...apps];
const pages = [...markdownIn('docs'), ...outside];

/** Without code, where brackets are no links. */
const prose = (file: string): string =>
  readFileSync(join(root, file), 'utf8')
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, code => '`'.repeat(code.length));

describe('links of Markdown', () => {
  test.each(pages)('%s', file => {
    const links = [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, href]) => href!);
    const broken = links
      .filter(href => !/^(https?:|#)/.test(href))
      .filter(href => !existsSync(resolve(root, dirname(file), href.split('#')[0]!)));
    expect(broken).toEqual([]);
  });
});

describe('code blocks', () => {
  test.each(markdownIn('docs').filter(file => !/ARCHITECTURE|adr/.test(file)))('%s: are files that are run', file => {
    const text = readFileSync(join(root, file), 'utf8');
    const blocks = [...text.matchAll(/(<!-- from \S+ -->\n\n)?^```(\w+)\n/gm)];
    const loose = blocks.filter(([, from, language]) => from === undefined && language !== 'sh');
    expect(loose.map(([, , language]) => language)).toEqual([]);
    expect(text.match(/^```/gm)?.length ?? 0, 'fences').toBe(2 * blocks.length);
  });

  test('are of every example', () => {
    const all = pages.map(file => readFileSync(join(root, file), 'utf8')).join('\n');
    const unused = readdirSync(join(root, 'docs/examples')).filter(
      name => !all.includes(`<!-- from docs/examples/${name}`),
    );
    expect(unused).toEqual([]);
  });

  test('are as the files are', () => {
    execFileSync(process.execPath, ['tooling/snippets.mjs', '--check'], { cwd: root, stdio: 'pipe' });
  });
});

test('READMEs of packages fit on a page or two', () => {
  const long = packages.filter(file => readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length > 80);
  expect(long).toEqual([]);
});

describe('the table of options', () => {
  test('is made of the source', () => {
    execFileSync(process.execPath, ['tooling/docs/options.mjs', '--check'], { cwd: root, stdio: 'pipe' });
  });

  test('has every option, with the default that holds', () => {
    const text = readFileSync(join(root, 'docs/reference/options.md'), 'utf8');
    const rows = new Map([...text.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(([, name, value]) => [name!, value!]));
    const options = { ...SERVER_OPTIONS, ...CLIENT_OPTIONS };
    expect([...rows.keys()].sort()).toEqual(Object.keys(options).sort());
    for (const [name, { default: value }] of Object.entries(options)) {
      const written = rows.get(name)!.replaceAll("'", '"');
      if (written.startsWith('`')) expect(JSON.parse(written.slice(1, -1)), name).toEqual(value);
    }
  });
});

test('the table of seconds and milliseconds is true', () => {
  const text = readFileSync(join(root, 'docs/howto/migrating-from-autobahn.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+)(?: \(.+?\))? \| (\d+)(?: \(.+?\))? \|$/gm)];
  expect(rows.length).toBe(5);
  const options = SERVER_OPTIONS as unknown as Record<string, { default: unknown }>;
  for (const [, name, seconds, milliseconds] of rows) {
    expect([Number(seconds) * 1000, Number(milliseconds)], name).toEqual([
      options[name!]!.default,
      options[name!]!.default,
    ]);
  }
});

describe('the site', () => {
  const out = mkdtempSync(join(tmpdir(), 'ws-site-'));
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  test('is built, and has no link that leads nowhere', () => {
    const build = ['tooling/docs/build.mjs', '--no-api', '--out', out];
    const { status, stderr } = spawnSync(process.execPath, build, { cwd: root, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('has every page of the docs', () => {
    const missing = markdownIn('docs')
      .map(file => file.replace(/^docs\//, '').replace(/\.md$/, '.html'))
      .filter(file => !existsSync(join(out, file)));
    expect(missing).toEqual([]);
  });
});
