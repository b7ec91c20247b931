/** What an error's code says, in words: `reserved bits` of `ERR_RESERVED_BITS`. */
export function codeWords(code: string): string {
  return code.slice(4).toLowerCase().replaceAll('_', ' ');
}
