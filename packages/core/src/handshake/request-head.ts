import { isToken } from '@ws/util/primitives';
import { HandshakeError, type HandshakeErrorCode } from '../errors/handshake-error.ts';
import { addHeader, createHeaderFields, type HeaderFields, type HttpHead, HttpHeadParser } from './http-head.ts';

/** The head of a request (RFC 9112, 3). */
export interface RequestHead extends HttpHead {
  readonly method: string;
  /** The target as it stands in the request line: visible ASCII. */
  readonly target: string;
  /** The version as it stands in the request line, such as `HTTP/1.1`. */
  readonly version: string;
}

/** Reads the head of a request. An HTTP/2 preface is read as a request with version `HTTP/2.0`. */
export class RequestHeadParser extends HttpHeadParser<RequestHead> {
  protected override parseStartLine(line: string, fields: HeaderFields): RequestHead {
    const [method, target, version, ...more] = line.split(' ', 4);
    if (!version || more.length > 0 || !isRequestLine(method!, target!)) throw this.fail('ERR_HTTP_SYNTAX');
    return { method: method!, target: target!, version, ...fields };
  }

  protected override fail(code: HandshakeErrorCode): HandshakeError {
    return new HandshakeError(code, { status: code === 'ERR_HTTP_TOO_BIG' ? 431 : 400 });
  }
}

/**
 * Makes the head of a request that another parser has read, such as Node's `http` server, by the same strict grammar.
 *
 * @param version such as `HTTP/1.1`
 * @param rawHeaders names and values in turn, as they were received; bytes beyond ASCII as characters of ISO 8859-1
 * @throws {@link HandshakeError} `ERR_HTTP_SYNTAX`
 */
export function createRequestHead(
  method: string,
  target: string,
  version: string,
  rawHeaders: readonly string[],
): RequestHead {
  const fields = createHeaderFields();
  let isValid = isRequestLine(method, target);
  for (let i = 1; i < rawHeaders.length; i += 2) {
    isValid &&= addHeader(fields, rawHeaders[i - 1]!, rawHeaders[i]!);
  }
  if (!isValid) throw new HandshakeError('ERR_HTTP_SYNTAX');
  return { method, target, version, ...fields };
}

function isRequestLine(method: string, target: string): boolean {
  return isToken(method) && /^[!-~]+$/.test(target);
}
