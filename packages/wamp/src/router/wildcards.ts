// Patterns with the same number of parts, as a tree of their parts. A search goes through nodes that exist, and through each
// once at most.

/** What may follow a part. The usual node has one named child at most, and no map. */
class PatternNode<Value> {
  /** Only at the end of a pattern. */
  value: Value | undefined = undefined;
  /** For the empty part, which matches any. */
  any: PatternNode<Value> | null = null;
  /** The first named child. */
  name = '';
  named: PatternNode<Value> | null = null;
  /** The other named children. */
  more: Map<string, PatternNode<Value>> | null = null;

  get isEmpty(): boolean {
    return this.value === undefined && this.any === null && this.named === null && this.more === null;
  }

  child(part: string): PatternNode<Value> | null {
    if (part === '') return this.any;
    if (this.named !== null && this.name === part) return this.named;
    return this.more?.get(part) ?? null;
  }

  addChild(part: string): PatternNode<Value> {
    const child = new PatternNode<Value>();
    if (part === '') this.any = child;
    else if (this.named === null) {
      this.name = part;
      this.named = child;
    } else {
      this.more ??= new Map();
      this.more.set(part, child);
    }
    return child;
  }

  removeChild(part: string): void {
    if (part === '') this.any = null;
    else if (this.name === part) {
      this.name = '';
      this.named = null;
    } else if (this.more?.delete(part) && this.more.size === 0) this.more = null;
  }
}

/** Values by patterns that all have the same number of parts. */
export class Wildcards<Value> {
  readonly #root: PatternNode<Value> = new PatternNode();

  get isEmpty(): boolean {
    return this.#root.isEmpty;
  }

  get(parts: readonly string[]): Value | undefined {
    let node: PatternNode<Value> | null = this.#root;
    for (const part of parts) node = node?.child(part) ?? null;
    return node?.value;
  }

  set(parts: readonly string[], value: Value): void {
    let node = this.#root;
    for (const part of parts) node = node.child(part) ?? node.addChild(part);
    node.value = value;
  }

  delete(parts: readonly string[]): void {
    removeValue(this.#root, parts, 0);
  }

  /** The value of the pattern whose parts fit first. */
  best(parts: readonly string[]): Value | undefined {
    return bestValue(this.#root, parts, 0);
  }

  /** Appends the values of all patterns that match. */
  collect(parts: readonly string[], found: Value[]): void {
    collectValues(this.#root, parts, 0, found);
  }
}

function bestValue<Value>(node: PatternNode<Value>, parts: readonly string[], at: number): Value | undefined {
  if (at === parts.length) return node.value;
  const part = parts[at]!;
  const named = part === '' ? null : node.child(part);
  const value = named === null ? undefined : bestValue(named, parts, at + 1);
  if (value !== undefined || node.any === null) return value;
  return bestValue(node.any, parts, at + 1);
}

function collectValues<Value>(node: PatternNode<Value>, parts: readonly string[], at: number, found: Value[]): void {
  if (at === parts.length) {
    if (node.value !== undefined) found.push(node.value);
    return;
  }
  const part = parts[at]!;
  const named = part === '' ? null : node.child(part);
  if (named !== null) collectValues(named, parts, at + 1, found);
  if (node.any !== null) collectValues(node.any, parts, at + 1, found);
}

/** Removes the nodes too that nothing is left of. */
function removeValue<Value>(node: PatternNode<Value>, parts: readonly string[], at: number): void {
  if (at === parts.length) {
    node.value = undefined;
    return;
  }
  const part = parts[at]!;
  const child = node.child(part);
  if (child === null) return;
  removeValue(child, parts, at + 1);
  if (child.isEmpty) node.removeChild(part);
}
