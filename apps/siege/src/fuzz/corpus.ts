// Inputs that are kept, in git: one file of JSON for each target, an array of strings in Latin-1, the shortest first.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads a target's inputs. `crashes`: those that were too much for us once. */
export function readCorpus(folder: string, target: string, kind: 'inputs' | 'crashes' = 'inputs'): Buffer[] {
  const path = pathOf(folder, target, kind);
  if (!existsSync(path)) return [];
  return (JSON.parse(readFileSync(path, 'utf8')) as string[]).map(text => Buffer.from(text, 'latin1'));
}

/** Writes a target's inputs, each once. */
export function writeCorpus(
  folder: string,
  target: string,
  inputs: readonly Buffer[],
  kind: 'inputs' | 'crashes' = 'inputs',
): void {
  const texts = [...new Set(inputs.map(input => input.toString('latin1')))];
  texts.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const lines = texts.map(text => `  ${escapeText(text)}`);
  writeFileSync(pathOf(folder, target, kind), `[\n${lines.join(',\n')}\n]\n`);
}

function pathOf(folder: string, target: string, kind: 'inputs' | 'crashes'): string {
  return join(folder, kind === 'inputs' ? `${target}.json` : `${target}.crashes.json`);
}

/** ASCII only, so that no editor has anything to change. */
function escapeText(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\xff]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`);
}
