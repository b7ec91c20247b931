// What is left in a process: handles and timers, and objects on the heap.

import { getHeapSnapshot } from 'node:v8';

/** What there is. */
export interface Stock {
  /** Kinds of what keeps the process busy. */
  readonly resources: readonly string[];
  /** Objects by the names of their classes. */
  readonly objects: ReadonlyMap<string, number>;
}

/** What there is more of than before. */
export interface Remains {
  readonly resources: readonly string[];
  readonly objects: Readonly<Record<string, number>>;
}

/** Counts, after what can be collected was. */
export async function takeStock(): Promise<Stock> {
  // What ends, ends in turns of its own.
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  globalThis.gc?.();
  return { resources: process.getActiveResourcesInfo(), objects: await countObjects() };
}

/** Of objects, those of which there are as many more as there were scenarios would be a leak; a few may come and go. */
export function leftOver(before: Stock, after: Stock): Remains {
  const resources = [...after.resources];
  for (const name of before.resources) {
    const at = resources.indexOf(name);
    if (at >= 0) resources.splice(at, 1);
  }
  const objects: Record<string, number> = {};
  for (const [name, count] of after.objects) {
    const more = count - (before.objects.get(name) ?? 0);
    if (more > 0) objects[name] = more;
  }
  return { resources, objects };
}

interface HeapSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } };
  readonly nodes: number[];
  readonly strings: string[];
}

async function countObjects(): Promise<Map<string, number>> {
  let text = '';
  for await (const chunk of getHeapSnapshot().setEncoding('utf8')) text += chunk;
  const { snapshot, nodes, strings } = JSON.parse(text) as HeapSnapshot;
  const { node_fields, node_types } = snapshot.meta;
  const [type, name] = [node_fields.indexOf('type'), node_fields.indexOf('name')];
  const object = node_types[0].indexOf('object');
  const counts = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += node_fields.length) {
    if (nodes[at + type] !== object) continue;
    const title = strings[nodes[at + name]!]!;
    counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  return counts;
}
