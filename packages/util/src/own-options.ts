/**
 * Copies options into an object without a prototype. Only their own properties count, not the properties that a polluted
 * `Object.prototype` would add to every object.
 */
export function ownOptions<Options extends object>(options: Options): Options {
  return { __proto__: null, ...options };
}
