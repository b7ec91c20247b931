export { createUrl } from './create-url.ts';
export { parseUrl } from './parse-url.ts';
export type { UrlParams, UrlParts, UrlTarget } from './url-parts.ts';
export { WsError } from './ws-error.ts';
