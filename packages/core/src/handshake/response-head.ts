import { trimBlanks } from '@ws/util/primitives';
import { HandshakeError, type HandshakeErrorCode } from '../errors/handshake-error.ts';
import { type HeaderFields, type HttpHead, HttpHeadParser } from './http-head.ts';

/** The head of a response (RFC 9112, 4). */
export interface ResponseHead extends HttpHead {
  /** The version as it stands in the status line, such as `HTTP/1.1`. */
  readonly version: string;
  readonly status: number;
  /** The reason phrase, often empty. Untrusted text, in ISO 8859-1. */
  readonly reason: string;
}

/** Reads the head of a response. It skips interim ones (1xx but 101; RFC 9110, 15.2), within the same limits. */
export class ResponseHeadParser extends HttpHeadParser<ResponseHead> {
  // The reason phrase may have bytes beyond ASCII (RFC 9112, 4): a refusal may be in any language.
  protected override readonly allowsObsText = true;

  protected override parseStartLine(line: string, fields: HeaderFields): ResponseHead {
    const [, version, digits, reason = ''] = /^(HTTP\/\d\.\d) ([1-9]\d\d)(?: (.*))?$/.exec(line) ?? [];
    if (version === undefined) throw this.fail('ERR_HTTP_SYNTAX');
    return { version, status: Number(digits), reason: trimBlanks(reason), ...fields };
  }

  protected override isInterim({ status }: ResponseHead): boolean {
    return status < 200 && status !== 101;
  }

  protected override fail(code: HandshakeErrorCode): HandshakeError {
    return new HandshakeError(code, { status: null }); // the default is what a server would answer
  }
}
