/**
 * A copy without a prototype: only what stands in the options themselves counts, not what a polluted
 * `Object.prototype` seems to put into every object.
 */
export function ownOptions<Options extends object>(options: Options): Options {
  return { __proto__: null, ...options };
}
