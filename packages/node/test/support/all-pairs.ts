type Values = Readonly<Record<string, readonly unknown[]>>;
type Row<V extends Values> = { readonly [Key in keyof V]: V[Key][number] };

/**
 * Rows in which every value of each property stands beside every value of each other property at least once: a sample
 * of a table that is too large to be tried over sockets.
 */
export function allPairs<const V extends Values>(values: V): Row<V>[] {
  const keys = Object.keys(values);
  const open = new Set(
    keys.flatMap((a, i) =>
      keys.slice(i + 1).flatMap(b => values[a]!.flatMap((_, x) => values[b]!.map((_, y) => pair(a, x, b, y)))),
    ),
  );
  const rows: Row<V>[] = [];
  for (const first of open) {
    const [a, x, b, y] = JSON.parse(first) as [string, number, string, number];
    const row = new Map([
      [a, x],
      [b, y],
    ]);
    for (const key of keys) if (!row.has(key)) row.set(key, mostPairs(row, key, values[key]!.length, keys, open));
    for (const other of pairsOf(row, keys)) open.delete(other);
    rows.push(Object.fromEntries(keys.map(key => [key, values[key]![row.get(key)!]])) as Row<V>);
  }
  return rows;
}

/** The value of `key` that makes the most pairs which no row has yet. */
function mostPairs(
  row: ReadonlyMap<string, number>,
  key: string,
  count: number,
  keys: readonly string[],
  open: ReadonlySet<string>,
): number {
  const made = Array.from(
    { length: count },
    (_, index) => pairsOf(new Map([...row, [key, index]]), keys).filter(each => open.has(each)).length,
  );
  return made.indexOf(Math.max(...made));
}

function pairsOf(row: ReadonlyMap<string, number>, keys: readonly string[]): string[] {
  const chosen = keys.filter(key => row.has(key));
  return chosen.flatMap((a, i) => chosen.slice(i + 1).map(b => pair(a, row.get(a)!, b, row.get(b)!)));
}

function pair(a: string, x: number, b: string, y: number): string {
  return JSON.stringify([a, x, b, y]);
}
