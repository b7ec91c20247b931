// Which Markdown files are pages of the site, where they go, and how they become HTML.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import hljs from 'highlight.js/lib/common';
import { Marked } from 'marked';

export const root = new URL('../../', import.meta.url);

/** The results of the bench are there once it has run. @param {string} source */
function isThere(source) {
  return existsSync(new URL(source, root));
}

/** The navigation: sections and their pages, in reading order. @type {readonly (readonly [string, readonly string[]])[]} */
export const SECTIONS = [
  ['Start', ['docs/index.md', 'docs/tutorial.md']],
  [
    'How-tos',
    [
      'frameworks',
      'tls',
      'proxies',
      'graceful-shutdown',
      'broadcast',
      'backpressure',
      'authentication',
      'reconnect',
      'custom-transports',
      'testing',
      'migrating-from-ws',
      'migrating-from-autobahn',
    ].map(name => `docs/howto/${name}.md`),
  ],
  ['Topics', ['closing', 'compression', 'security', 'performance'].map(name => `docs/topics/${name}.md`)],
  ['Reference', ['docs/reference/index.md', 'docs/reference/options.md']],
  ['Packages', readdirSync(new URL('packages', root)).map(name => `packages/${name}/README.md`)],
  ['Tools', ['cli', 'playground', 'wstest', 'siege', 'bench'].map(name => `apps/${name}/README.md`)],
  [
    'Project',
    ['docs/ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/RELIABILITY.md', 'apps/bench/RESULTS.md'].filter(
      isThere,
    ),
  ],
];

const decisions = readdirSync(new URL('docs/adr', root)).map(name => `docs/adr/${name}`);

/** Every page: its path in the repository, and that on the site. @type {ReadonlyMap<string, string>} */
export const PAGES = new Map(
  [...SECTIONS.flatMap(([, pages]) => pages), ...decisions].map(source => [source, sitePath(source)]),
);

/** @param {string} source */
function sitePath(source) {
  return source
    .replace(/^docs\//, '')
    .replace(/^(packages|apps)\/([\w-]+)\/README\.md$/, '$1/$2.md')
    .replace(/\.md$/, '.html');
}

/** The anchor of a heading, as GitHub makes it. @param {string} text */
export function anchorOf(text) {
  return text
    .toLowerCase()
    .replace(/<[^>]+>|&\w+;/g, '')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** @param {string} text */
const escapeHtml = text => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);

/** Where a link of a page leads to: on the site, elsewhere, or (`null`) to a file that is no page. @param {string} source @param {string} href */
function linkTarget(source, href) {
  if (/^(https?:|#)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  let target = posix.normalize(posix.join(posix.dirname(source), path)).replace(/\/$/, '');
  if (target === 'README.md') target = 'docs/index.md';
  if (PAGES.has(`${target}/README.md`)) target = `${target}/README.md`;
  const page = PAGES.get(target) ?? (target.startsWith('docs/assets/') ? target.slice('docs/'.length) : undefined);
  if (page === undefined) return null;
  const from = posix.dirname(PAGES.get(source) ?? '');
  return posix.relative(from, page) + (anchor === undefined ? '' : `#${anchor}`);
}

/** A page as HTML: the text of its first heading, and its body. @param {string} source */
export function renderPage(source, markdown = readFileSync(new URL(source, root), 'utf8')) {
  let title = '';
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        if (depth === 1) title ||= text.replaceAll('`', '');
        const inner = this.parser.parseInline(tokens);
        return `<h${depth} id="${anchorOf(inner)}">${inner}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const target = linkTarget(source, href);
        return target === null ? inner : `<a href="${escapeHtml(target)}">${inner}</a>`;
      },
      image({ href, text }) {
        return `<img src="${escapeHtml(linkTarget(source, href) ?? href)}" alt="${escapeHtml(text)}">`;
      },
      code({ text, lang }) {
        const language = { nginx: 'nginx', haproxy: 'bash', sh: 'bash' }[lang ?? ''] ?? lang;
        const html =
          language && hljs.getLanguage(language) ? hljs.highlight(text, { language }).value : escapeHtml(text);
        return `<pre><code>${html}\n</code></pre>\n`;
      },
      table(token) {
        /** @param {'th' | 'td'} tag @param {import('marked').Tokens.TableCell[]} row */
        const cells = (tag, row) =>
          `<tr>${row.map(cell => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map(row => cells('td', row)).join('\n');
        return `<div class="table"><table><thead>${cells('th', token.header)}</thead><tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  const body = marked.parse(markdown.replace(/<!--[\s\S]*?-->\n*/g, ''));
  return { title, body: /** @type {string} */ (body) };
}
