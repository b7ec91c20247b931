/** Turns an error's code into words: `ERR_RESERVED_BITS` into `reserved bits`. */
export function codeWords(code: string): string {
  return code.slice(4).toLowerCase().replaceAll('_', ' ');
}
