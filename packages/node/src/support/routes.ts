import type { AcceptedConnection, ConnectionAcceptor } from '@ws/core';

/** The requests that one call of `attach` serves, and the factory that serves them. */
export interface Route {
  readonly factory: ConnectionAcceptor<AcceptedConnection>;
  /** `undefined`: every path. */
  readonly path: string | undefined;
}

/**
 * Finds the route for a request target. A route that names the path comes before one that takes every path. A server that
 * is being stopped answers, with 503, only requests that no other route takes.
 */
export function findRoute(routes: readonly Route[], target: string): Route | undefined {
  const path = pathOf(target);
  const find = (among: readonly Route[]): Route | undefined =>
    among.find(route => route.path === path) ?? among.find(route => route.path === undefined);
  return find(routes.filter(({ factory }) => !factory.isRefusing)) ?? find(routes);
}

/** The path of a request target in origin form or absolute form (RFC 9112, 3.2). */
function pathOf(target: string): string {
  const [, path = target] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*([^#]*)/i.exec(target) ?? [];
  const query = path.indexOf('?');
  const plain = query < 0 ? path : path.slice(0, query);
  return plain === '' ? '/' : plain;
}

/**
 * Keeps the routes of each server. The server has a listener for as long as it has a route.
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
