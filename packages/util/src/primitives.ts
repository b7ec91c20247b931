/** Primitives that the packages share, and that authors of adapters may use: text, bytes, header grammar, kernels. */
export { decodeBase64, encodeBase64 } from './base64.ts';
export { concatBytes, EMPTY_BYTES, equalBytes } from './bytes.ts';
export { checkHeaderValue, checkToken, flattenHeaders, isHeaderValue, isToken, trimBlanks } from './header-grammar.ts';
export { portableMasker } from './masking.ts';
export { nearestName } from './nearest-name.ts';
export { ownOptions } from './own-options.ts';
export { sha1 } from './sha1.ts';
export { cancellable, orAborted, throwIfAborted } from './signals.ts';
export {
  decodeLatin1,
  decodeText,
  decodeTextLossy,
  encodeLatin1,
  encodeText,
  encodeTextInto,
  textByteLength,
  truncateText,
} from './text.ts';
export { portableUtf8 } from './utf8.ts';
export { webPlatform } from './web-platform.ts';
