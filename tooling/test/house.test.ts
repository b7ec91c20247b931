import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const HOUSE = fileURLToPath(new URL('../house.mjs', import.meta.url));

const MANIFEST = { name: '@ws/core', dependencies: { '@ws/types': '*' }, devDependencies: { '@ws/compress': '*' } };

/** What tooling/house.mjs prints of a package `core` that consists of these sources, a fault a line. */
function faultsOf(sources: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'ws-house-'));
  try {
    const files = { 'package.json': JSON.stringify(MANIFEST), ...prefixed(sources) };
    for (const [path, text] of Object.entries(files)) {
      const file = join(root, 'packages/core', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const { status, stderr } = spawnSync(process.execPath, [HOUSE, root], { encoding: 'utf8' });
    const faults = stderr.split('\n').filter(line => line !== '');
    expect(status).toBe(faults.length === 0 ? 0 : 1);
    return faults.map(fault => fault.replaceAll('packages/core/src/', ''));
  } finally {
    rmSync(root, { recursive: true });
  }
}

function prefixed(sources: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(sources).map(([path, text]) => [`src/${path}`, text]));
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
}

const classOf = (body: string) => `export class Long {\n${body}}\n`;
const METHODS = ['get a(): number {', 'static b(): void {', 'async c(): Promise<void> {', '*d(): Iterable<0> {'];

test.each([
  {
    name: 'arrows that run down, within a room, and out of the index',
    sources: {
      'index.ts': "export * from './frames/opcode.ts';",
      'protocol/hooks.ts': "import { b } from './other.ts';\nimport type { A } from '../frames/opcode.ts';",
      'protocol/other.ts':
        "import type {\n  X,\n} from '@ws/types';\nimport { y } from '@ws/types/checks';\nimport 'node:fs';",
      'frames/opcode.ts': 'export type A = 1;',
    },
  },
  {
    name: 'any number of lines that are comments or blank',
    sources: { 'frames/a.ts': `/**\n${lines(300, () => ' * A line.')} */\n${lines(300, () => '  // A line.\n')}` },
  },
  { name: '400 lines of code', sources: { 'frames/a.ts': lines(400, index => `f(${index});`) } },
  {
    name: 'a class of 250 lines and 25 public members',
    sources: {
      'frames/a.ts': classOf(
        lines(21, index => `  m${index} = 0;`) +
          lines(4, index => `  ${METHODS[index]}\n  }`) +
          '  constructor() {}\n  #own = 0;\n  private p = 0;\n  protected q = 0;\n' +
          lines(215, () => '    f();'),
      ),
    },
  },
])('the house takes $name', ({ sources }) => {
  expect(faultsOf(sources)).toEqual([]);
});

test.each([
  {
    name: 'an arrow that runs up',
    sources: { 'frames/a.ts': "import { b } from '../engine/b.ts';", 'engine/b.ts': '' },
    faults: ['frames/a.ts: frames imports from engine, which is not below it'],
  },
  {
    name: 'an arrow that runs up for a type alone',
    sources: { 'frames/a.ts': "import type {\n  B,\n} from '../engine/b.ts';", 'engine/b.ts': '' },
    faults: ['frames/a.ts: frames imports from engine, which is not below it'],
  },
  {
    name: 'an arrow to a room of the same floor',
    sources: { 'closing/a.ts': "export { b } from '../messages/b.ts';", 'messages/b.ts': '' },
    faults: ['closing/a.ts: closing imports from messages, which is not below it'],
  },
  {
    name: 'an arrow to the index',
    sources: { 'frames/a.ts': "import '../index.ts';", 'index.ts': '' },
    faults: ['frames/a.ts: frames imports from index.ts, which is not below it'],
  },
  {
    name: 'a room that is on no floor, and a file outside of all rooms',
    sources: { 'attic/a.ts': '', 'b.ts': '' },
    faults: ['attic/a.ts: attic is no room of a floor', 'b.ts: b.ts is no room of a floor'],
  },
  {
    name: 'imports that go round',
    sources: {
      'frames/a.ts': "import { b } from './b.ts';",
      'frames/b.ts': "export * from './c.ts';",
      'frames/c.ts': "import type { A } from './a.ts';",
    },
    faults: ['imports go round: frames/a.ts → frames/b.ts → frames/c.ts → frames/a.ts'],
  },
  {
    name: 'imports that go round at run time',
    sources: { 'frames/a.ts': "import './b.ts';", 'frames/b.ts': "export const b = await import('./a.ts');" },
    faults: ['imports go round: frames/a.ts → frames/b.ts → frames/a.ts'],
  },
  {
    name: 'what is imported from a package for development',
    sources: { 'frames/a.ts': "import { deflate } from '@ws/compress/deflate';" },
    faults: ['frames/a.ts: @ws/compress is no dependency of @ws/core'],
  },
  {
    name: 'types that are imported from packages that are no dependencies',
    sources: { 'frames/a.ts': "import type { A } from '@ws/compress';\nexport type B = import('ws').B;" },
    faults: ['@ws/compress', 'ws'].map(name => `frames/a.ts: ${name} is no dependency of @ws/core`),
  },
  {
    name: '401 lines of code',
    sources: { 'frames/a.ts': lines(401, index => `f(${index});`) },
    faults: ['frames/a.ts: 401 lines of code'],
  },
  {
    name: 'a class of 251 lines',
    sources: { 'frames/a.ts': `f();\n${classOf(`  #f() {\n${lines(247, () => '    f();\n\n')}  }\n`)}` },
    faults: ['frames/a.ts: Long has 251 lines of code'],
  },
  {
    name: 'a class of 26 public members',
    sources: {
      'frames/a.ts': classOf(
        lines(18, index => `  readonly m${index}: number;`) +
          lines(4, index => `  ${METHODS[index]}\n  }`) +
          '  override on?(): void;\n  [Symbol.iterator]() {\n  }\n  getCodec() {\n  }\n  setCodec() {\n  }\n',
      ),
    },
    faults: ['frames/a.ts: Long has 26 public members'],
  },
])('the house reports $name', ({ sources, faults }) => {
  expect(faultsOf(sources)).toEqual(faults);
});
