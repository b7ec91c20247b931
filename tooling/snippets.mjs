// Copies examples into Markdown: the code block after `<!-- from PATH -->` is the file at PATH, which tests run.
// With `--check` it only compares.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const isCheck = process.argv.includes('--check');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  encoding: 'utf8',
});
const stale = [];
for (const file of files.split('\n').filter(Boolean)) {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(
    /(<!-- from (\S+) -->\n+```(\w+)\n)[\s\S]*?(\n```)/g,
    (_all, head, path, _language, tail) => head + readFileSync(path, 'utf8').trimEnd() + tail,
  );
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
