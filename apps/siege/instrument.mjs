// Counts blocks: puts a counter into each block, branch and right-hand side of a bundle, in the files that are ours.
// V8's own coverage costs 40 ms each time it is read; these counters lie in an array.
import { parseAst } from 'rolldown/parseAst';

const OWN = /packages\/(?:core|compress|util|node|wamp)\/src\//;

/** @typedef {{ type: string, start: number, end: number } & Record<string, unknown>} Node */

/**
 * Instruments a bundle in which each part begins with a comment that names its file.
 *
 * @param {string} code
 * @returns {string}
 */
export function instrument(code) {
  const isOwn = ownParts(code);
  /** @type {{ at: number, text: string }[]} */
  const openings = [];
  /** @type {{ at: number, text: string }[]} */
  const closings = [];
  let count = 0;
  const next = () => `__blocks[${count++}]++`;
  /** @param {unknown} node */
  const asExpression = node => {
    const { start, end } = /** @type {Node} */ (node);
    openings.push({ at: start, text: `(${next()},` });
    closings.push({ at: end, text: ')' });
  };
  /** @param {unknown} node */
  const asStatement = node => {
    const { type, start, end } = /** @type {Node} */ (node);
    if (type === 'BlockStatement') return;
    openings.push({ at: start, text: `{${next()};` });
    closings.push({ at: end, text: '}' });
  };
  /** @type {Record<string, (node: Node) => void>} */
  const visitors = {
    BlockStatement: ({ start }) => openings.push({ at: start + 1, text: `${next()};` }),
    IfStatement(node) {
      asStatement(node.consequent);
      if (node.alternate) asStatement(node.alternate);
    },
    ForStatement: node => asStatement(node.body),
    ForOfStatement: node => asStatement(node.body),
    ForInStatement: node => asStatement(node.body),
    WhileStatement: node => asStatement(node.body),
    ConditionalExpression(node) {
      asExpression(node.consequent);
      asExpression(node.alternate);
    },
    LogicalExpression: node => asExpression(node.right),
    AssignmentPattern: node => asExpression(node.right),
    ArrowFunctionExpression(node) {
      if (node.expression) asExpression(node.body);
    },
    SwitchCase(node) {
      const [first] = /** @type {Node[]} */ (node.consequent);
      if (first !== undefined) openings.push({ at: first.start, text: `${next()};` });
    },
  };
  walk(parseAst(code), node => {
    if (isOwn(node.start)) visitors[node.type]?.(node);
  });
  return `const __blocks = globalThis.__blocks = new Uint8Array(${count});\n${insert(code, openings, closings)}`;
}

/** @param {string} code @returns {(offset: number) => boolean} */
function ownParts(code) {
  const parts = [...code.matchAll(/^\/\/(?:#region)? (\S+\.[cm]?[jt]s)$/gm)];
  const own = parts.flatMap(({ index, 1: file = '' }, i) =>
    OWN.test(file) ? [{ start: index, end: parts[i + 1]?.index ?? code.length }] : [],
  );
  if (own.length === 0) throw new Error('the bundle does not say what comes from where');
  return offset => own.some(({ start, end }) => offset >= start && offset < end);
}

/** @param {unknown} value @param {(node: Node) => void} visit */
function walk(value, visit) {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  const node = /** @type {Node} */ (value);
  if (typeof node.type === 'string' && typeof node.start === 'number') visit(node);
  for (const child of Object.values(node)) walk(child, visit);
}

/**
 * Of what is inserted at one place, closings come first, the inner ones before the outer ones; then openings, the outer
 * ones first, as they were met.
 *
 * @param {string} code
 * @param {readonly { at: number, text: string }[]} openings
 * @param {readonly { at: number, text: string }[]} closings
 */
function insert(code, openings, closings) {
  const all = [...closings.toReversed(), ...openings].sort((a, b) => a.at - b.at);
  let result = '';
  let position = 0;
  for (const { at, text } of all) {
    result += code.slice(position, at) + text;
    position = at;
  }
  return result + code.slice(position);
}
