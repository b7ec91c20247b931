/** Bytes that count how often one of them is looked at, and how often a view of them is made. */
export function countingBytes(bytes: Uint8Array): { readonly bytes: Uint8Array; looks: number; views: number } {
  const counted = { looks: 0, views: 0 };
  const proxy = new Proxy(bytes, {
    get(target, key) {
      if (key === 'subarray') counted.views++;
      else if (typeof key === 'string' && key >= '0' && key <= ':') counted.looks++;
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' && key !== 'constructor' ? value.bind(target) : value;
    },
  });
  return Object.assign(counted, { bytes: proxy });
}
