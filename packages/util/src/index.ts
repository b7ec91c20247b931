export { decodeBase64, encodeBase64 } from './base64.ts';
export { concatBytes, EMPTY_BYTES, equalBytes } from './bytes.ts';
export { createUrl } from './create-url.ts';
export { checkHeaderValue, checkToken, flattenHeaders, isHeaderValue, isToken } from './header-grammar.ts';
export { portableMasker } from './masking.ts';
export { nearestName } from './nearest-name.ts';
export { parseUrl } from './parse-url.ts';
export { sha1 } from './sha1.ts';
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
export type { UrlParams, UrlParts, UrlTarget } from './url-parts.ts';
export { portableUtf8 } from './utf8.ts';
export { webPlatform } from './web-platform.ts';
export { WsError } from './ws-error.ts';
