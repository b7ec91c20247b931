// Holds the shape of the house (docs/ARCHITECTURE.md, 1 and 5): which rooms of a package may import which, no cycles (of
// types neither), nothing imported that a package does not depend on (no type of it either, which Biome lets through), how
// long files and classes may be, and how many public members a class may have. Lines of code count, comments and blank
// lines do not. `node tooling/house.mjs [FOLDER]` reads the packages below FOLDER (default: the folder it runs in), prints
// the faults and exits with 1 when there are any.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/**
 * The rooms of each package, from the top floor down. A file imports from its own room and from rooms of lower floors.
 *
 * @type {Record<string, readonly (readonly string[])[]>}
 */
const FLOORS = {
  core: [
    ['ports'],
    ['protocol'],
    ['engine'],
    ['handshake', 'messages', 'closing'],
    ['frames'],
    ['options', 'errors'],
    ['support'],
  ],
  node: [
    ['adapters', 'server'],
    ['http2'],
    ['client'],
    ['platform'],
    ['streams', 'zlib'],
    ['tls'],
    ['native'],
    ['support'],
  ],
};

const MOST_LINES_OF_A_FILE = 400;
const MOST_LINES_OF_A_CLASS = 250;
const MOST_MEMBERS = 25;
/** Classes that have more, since the contract lists their hooks and methods. */
const LONGER = ['WebSocketProtocol'];

const MEMBER =
  /^ {2}(?!protected |private |static \{)(?:(?:override|readonly|declare|static|abstract|async|get|set) |\*)*([a-zA-Z]\w*|\[Symbol\.\w+\])[?!]?(?:[<(:=]| =|;)/;

/** @type {string[]} */
const faults = [];

process.chdir(process.argv[2] ?? '.');
for (const name of readdirSync('packages')) {
  const folder = `packages/${name}`;
  if (!existsSync(`${folder}/package.json`)) continue;
  const files = sourcesOf(`${folder}/src`);
  for (const [file, text] of files) checkSizes(file, text);
  checkDependencies(`${folder}/package.json`, files);
  checkCycles(files);
  const floors = FLOORS[name];
  if (floors !== undefined) checkRooms(`${folder}/src`, files, floors);
}
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);

/**
 * @param {string} folder
 * @returns {Map<string, string>} the text of each source, by its path
 */
function sourcesOf(folder) {
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!path.endsWith('.ts') || path.endsWith('.generated.ts')) continue;
    const file = join(folder, path);
    files.set(file, readFileSync(file, 'utf8'));
  }
  return files;
}

/**
 * @param {string} text
 * @returns {string[]} what it imports from, as it is written there: by `import` and `export`, of types too, and by `import()`
 */
function specifiersOf(text) {
  const code = codeOf(text).join('\n');
  const patterns = [/^(?:import|export)\b[^;]*?\bfrom '([^']+)';/gms, /^import '([^']+)';/gm, /\bimport\('([^']+)'\)/g];
  return patterns.flatMap(pattern => [...code.matchAll(pattern)].map(([, specifier = '']) => specifier));
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {string[]} the files that it imports from, of its own package
 */
function importsOf(file, text) {
  const own = specifiersOf(text).filter(specifier => specifier.startsWith('.'));
  return own.map(specifier => normalize(join(dirname(file), specifier)));
}

/**
 * @param {string} manifest the path of its package.json
 * @param {Map<string, string>} files
 */
function checkDependencies(manifest, files) {
  const { name, dependencies, peerDependencies, optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
  const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })]);
  for (const [file, text] of files) {
    for (const specifier of specifiersOf(text)) {
      if (/^(?:\.|node:)/.test(specifier)) continue;
      const imported = /** @type {string} */ (/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0]);
      if (!declared.has(imported)) faults.push(`${file}: ${imported} is no dependency of ${name}`);
    }
  }
}

/**
 * @param {string} root
 * @param {Map<string, string>} files
 * @param {readonly (readonly string[])[]} floors
 */
function checkRooms(root, files, floors) {
  const floorOf = (/** @type {string} */ room) => floors.findIndex(rooms => rooms.includes(room));
  const roomOf = (/** @type {string} */ file) => /** @type {string} */ (relative(root, file).split('/')[0]);
  for (const [file, text] of files) {
    const room = roomOf(file);
    if (room === 'index.ts') continue;
    if (floorOf(room) < 0) faults.push(`${file}: ${room} is no room of a floor`);
    for (const target of importsOf(file, text)) {
      const other = roomOf(target);
      if (other === room || floorOf(other) > floorOf(room)) continue;
      faults.push(`${file}: ${room} imports from ${other}, which is not below it`);
    }
  }
}

/** @param {Map<string, string>} files */
function checkCycles(files) {
  /** @type {Set<string>} */
  const done = new Set();
  const visit = (/** @type {string} */ file, /** @type {readonly string[]} */ path) => {
    const at = path.indexOf(file);
    if (at >= 0) faults.push(`imports go round: ${[...path.slice(at), file].join(' → ')}`);
    if (at >= 0 || done.has(file)) return;
    for (const target of importsOf(file, files.get(file) ?? '')) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
}

/**
 * @param {string} file
 * @param {string} text
 */
function checkSizes(file, text) {
  const lines = codeOf(text);
  if (lines.length > MOST_LINES_OF_A_FILE) faults.push(`${file}: ${lines.length} lines of code`);
  // What the formatter has laid out: a class begins and ends in the first column, its members in the third.
  for (let index = 0; index < lines.length; index++) {
    const name = /^(?:export )?(?:abstract )?class (\w+)/.exec(lines[index] ?? '')?.[1];
    if (name === undefined) continue;
    const end = lines.indexOf('}', index);
    const body = lines.slice(index, end + 1);
    const members = new Set(body.flatMap(line => MEMBER.exec(line)?.[1] ?? []));
    members.delete('constructor');
    if (LONGER.includes(name)) continue;
    if (body.length > MOST_LINES_OF_A_CLASS) faults.push(`${file}: ${name} has ${body.length} lines of code`);
    if (members.size > MOST_MEMBERS) faults.push(`${file}: ${name} has ${members.size} public members`);
  }
}

/**
 * @param {string} text
 * @returns {string[]} its lines, without comments and blank lines
 */
function codeOf(text) {
  return text
    .replace(/^\s*\/\*\*?[\s\S]*?\*\//gm, '')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.trim().startsWith('//'));
}
