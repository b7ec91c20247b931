// Copies examples into Markdown: the code block after `<!-- from PATH -->` is the file at PATH, which tests run; after
// `<!-- from PATH#NAME -->` it is what lies between `#region NAME` and `#endregion` there. With `--check` it only compares.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SNIPPET = /(<!-- from ([^\s#]+)(?:#(\w+))? -->\n+```\w+\n)(?:[\s\S]*?\n)??(```)/g;
const REGION_MARK = /^\s*(?:\/\/|#) ?#(?:end)?region\b.*\n/gm;

/** The text of a file, or of a region of it. @param {string} path @param {string | undefined} region */
function snippet(path, region) {
  const text = readFileSync(path, 'utf8');
  if (region === undefined) return text.replace(REGION_MARK, '').trimEnd();
  const [, rest] = text.split(new RegExp(`^\\s*(?:\\/\\/|#) ?#region ${region}\\n`, 'm'));
  if (rest === undefined) throw new Error(`${path} has no region ${region}`);
  return rest.slice(0, rest.search(/^\s*(?:\/\/|#) ?#endregion/m)).trimEnd();
}

/** Markdown with each block as its file is. @param {string} markdown */
export function withSnippets(markdown) {
  return markdown.replace(SNIPPET, (_all, head, path, region, tail) => `${head}${snippet(path, region)}\n${tail}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isCheck = process.argv.includes('--check');
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    encoding: 'utf8',
  });
  const stale = [];
  for (const file of files.split('\n').filter(Boolean)) {
    const before = readFileSync(file, 'utf8');
    const after = withSnippets(before);
    if (after === before) continue;
    stale.push(file);
    if (!isCheck) writeFileSync(file, after);
  }
  if (isCheck && stale.length > 0) {
    console.error(
      `examples in these files are not those that are tested: ${stale.join(', ')}; run node tooling/snippets.mjs`,
    );
    process.exit(1);
  }
}
