// Finds links of a built site that lead nowhere.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

/**
 * Links to files or anchors that are not there, each as `page: link`. Links to other sites are not followed.
 *
 * @param {string} folder
 */
export function brokenLinks(folder) {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.html'))
    .map(name => resolve(folder, name));
  const anchors = new Map(pages.map(page => [page, new Set(matches(page, / (?:id|name)="([^"]+)"/g))]));
  /** @type {string[]} */
  const broken = [];
  for (const page of pages) {
    for (const href of matches(page, / (?:href|src)="([^"]+)"/g)) {
      if (/^(?:[a-z]+:|\/\/)/.test(href)) continue;
      const [path = '', anchor] = decodeURIComponent(href.replaceAll('&#35;', '#')).split('#');
      const target = path === '' ? page : resolve(dirname(page), path);
      const isThere = existsSync(target) && statSync(target).isFile();
      const hasAnchor = !anchor || !target.endsWith('.html') || anchors.get(target)?.has(anchor);
      if (!isThere || !hasAnchor) broken.push(`${relative(folder, page)}: ${href}`);
    }
  }
  return broken;
}

/** @param {string} file @param {RegExp} pattern @returns {string[]} */
function matches(file, pattern) {
  return [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, found = '']) => found);
}
