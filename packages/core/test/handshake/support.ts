import { encodeLatin1 } from '@ws/util/primitives';
import { type RequestHead, RequestHeadParser } from '../../src/handshake/request-head.ts';
import { type ResponseHead, ResponseHeadParser } from '../../src/handshake/response-head.ts';

/** The bytes of a text, one for each character. */
export const latin1: (text: string) => Uint8Array = encodeLatin1;

/** The text of bytes, one character for each. */
export function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The head of a request made of these lines. */
export function request(...lines: readonly string[]): RequestHead {
  const parser = new RequestHeadParser(65536);
  parser.push(latin1(`${[...lines, '', ''].join('\r\n')}`));
  return parser.head!;
}

/** The head of a response made of these lines. */
export function response(...lines: readonly string[]): ResponseHead {
  const parser = new ResponseHeadParser(65536);
  parser.push(latin1(`${[...lines, '', ''].join('\r\n')}`));
  return parser.head!;
}

/** What the function throws; the test fails when it does not. */
export function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
