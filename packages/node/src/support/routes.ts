import type { AcceptedConnection, ConnectionAcceptor } from '@ws/core';

/** What one call of `attach` serves. */
export interface Route {
  readonly factory: ConnectionAcceptor<AcceptedConnection>;
  /** `undefined`: every path. */
  readonly path: string | undefined;
}

/** The route to a request target: one that names its path before one that takes all. */
export function findRoute(routes: readonly Route[], target: string): Route | undefined {
  const path = pathOf(target);
  return routes.find(route => route.path === path) ?? routes.find(route => route.path === undefined);
}

/** The path of a request target in origin form or absolute form (RFC 9112, 3.2). */
function pathOf(target: string): string {
  const [, path = target] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*([^#]*)/i.exec(target) ?? [];
  const query = path.indexOf('?');
  const plain = query < 0 ? path : path.slice(0, query);
  return plain === '' ? '/' : plain;
}

/**
 * The routes of each server, with a listener that lives as long as there is one.
 *
 * @param listen starts listening, and returns how to stop
 */
export class RouteTable<Server extends object> {
  readonly #entries: WeakMap<Server, { routes: Route[]; stop: () => void }> = new WeakMap();
  readonly #listen: (server: Server, routes: readonly Route[]) => () => void;

  constructor(listen: (server: Server, routes: readonly Route[]) => () => void) {
    this.#listen = listen;
  }

  /** @returns a function that takes the route away again */
  add(server: Server, route: Route): () => void {
    let entry = this.#entries.get(server);
    if (entry === undefined) {
      const routes: Route[] = [];
      entry = { routes, stop: this.#listen(server, routes) };
      this.#entries.set(server, entry);
    }
    entry.routes.push(route);
    return () => this.#remove(server, route);
  }

  #remove(server: Server, route: Route): void {
    const entry = this.#entries.get(server);
    const index = entry?.routes.indexOf(route) ?? -1;
    if (entry === undefined || index < 0) return;
    entry.routes.splice(index, 1);
    if (entry.routes.length > 0) return;
    entry.stop();
    this.#entries.delete(server);
  }
}
