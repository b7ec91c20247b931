import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaseResult } from '../run/case-result.ts';
import { htmlCase, htmlIndex } from './html.ts';
import { jsonCase, jsonIndex, reportName } from './json.ts';

/** Writes `index.html`, `index.json` and, for each case, a page and a JSON file. The folder is made when missing. */
export async function writeReports(folder: string, results: readonly CaseResult[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files: [name: string, content: string][] = [
    ['index.html', htmlIndex(results)],
    ['index.json', `${JSON.stringify(jsonIndex(results), null, 1)}\n`],
  ];
  for (const result of results) {
    files.push([`${reportName(result)}.html`, htmlCase(result)]);
    files.push([`${reportName(result)}.json`, `${JSON.stringify(jsonCase(result), null, 1)}\n`]);
  }
  await Promise.all(files.map(([name, content]) => writeFile(join(folder, name), content)));
}
