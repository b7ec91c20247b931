// Builds docs/site: the pages, and the reference by typedoc (`--no-api` leaves it out; `--out FOLDER` is another place).
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brokenLinks } from './links.mjs';
import { PAGES, renderPage, root, SECTIONS } from './pages.mjs';

const { values } = parseArgs({ options: { 'no-api': { type: 'boolean' }, out: { type: 'string' } } });
const out = values.out ?? fileURLToPath(new URL('docs/site', root));

const rendered = new Map([...PAGES.keys()].map(source => [source, renderPage(source)]));

/** @param {string} source @param {string} path */
function navigation(source, path) {
  /** @param {string | undefined} target @param {string | undefined} title @param {boolean} isCurrent */
  const link = (target, title, isCurrent) =>
    `<li><a href="${posix.relative(posix.dirname(path), target ?? '')}"${isCurrent ? ' aria-current="page"' : ''}>${title}</a></li>`;
  const sections = SECTIONS.map(([name, pages]) => {
    const items = pages.map(page => link(PAGES.get(page), rendered.get(page)?.title, page === source));
    if (name === 'Reference' && !values['no-api']) items.push(link('api/index.html', 'API', false));
    return `<h2>${name}</h2><ul>${items.join('')}</ul>`;
  });
  return `<nav aria-label="Pages"><details open><summary>Contents</summary>${sections.join('')}</details></nav>`;
}

/** Closed at first where the screen is narrow: the page is what was asked for. */
const FOLD = "if (matchMedia('(max-width: 50rem)').matches) document.querySelector('nav details').open = false;";

rmSync(out, { recursive: true, force: true });
for (const [source, path] of PAGES) {
  const { title, body } = /** @type {{ title: string, body: string }} */ (rendered.get(source));
  const file = join(out, path);
  const style = posix.relative(posix.dirname(path), 'style.css');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – @ws</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<div class="page">
${navigation(source, path)}
<script>${FOLD}</script>
<main>
${body}</main>
</div>
</body>
</html>
`,
  );
}
cpSync(new URL('style.css', import.meta.url), join(out, 'style.css'));
const assets = new URL('docs/assets', root);
if (existsSync(assets)) cpSync(assets, join(out, 'assets'), { recursive: true });

if (!values['no-api']) {
  const bin = join(dirname(createRequire(import.meta.url).resolve('typedoc/package.json')), 'bin/typedoc');
  const options = ['--options', fileURLToPath(new URL('typedoc.json', import.meta.url)), '--out', join(out, 'api')];
  execFileSync(process.execPath, [bin, ...options], { cwd: fileURLToPath(root), stdio: 'inherit' });
}
const broken = brokenLinks(out);
if (broken.length > 0) {
  console.error(`links that lead nowhere:\n${broken.join('\n')}`);
  process.exitCode = 1;
}
console.log(`${PAGES.size} pages in ${out}`);
