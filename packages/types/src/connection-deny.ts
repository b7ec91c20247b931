import { checkHeaderValue, checkInteger } from './checks.ts';
import { reasonPhrase } from './reason-phrase.ts';

/** A server's `onConnect` throws this to refuse the connection. The client receives an HTTP response with this status. */
export class ConnectionDeny extends Error {
  static readonly BAD_REQUEST = 400;
  static readonly FORBIDDEN = 403;
  static readonly NOT_FOUND = 404;
  static readonly NOT_ACCEPTABLE = 406;
  static readonly REQUEST_TIMEOUT = 408;
  static readonly INTERNAL_SERVER_ERROR = 500;
  static readonly NOT_IMPLEMENTED = 501;
  static readonly SERVICE_UNAVAILABLE = 503;

  override readonly name = 'ConnectionDeny';
  /** The HTTP status code. */
  readonly code: number;
  /** The HTTP reason phrase. */
  readonly reason: string;

  /**
   * @param code 100..599, but not 101, which accepts (RFC 6455, 4.1)
   * @param reason default: the phrase of the code in RFC 9110
   * @throws TypeError when an argument has the wrong type, RangeError when its value is not allowed in a status line
   */
  constructor(code: number, reason: string | null = null) {
    checkInteger('code', code, 100, 599);
    if (code === 101) throw new RangeError('code 101 would accept the connection');
    if (reason !== null) checkHeaderValue('reason', reason);
    const phrase = reason ?? reasonPhrase(code);
    super(`${code} ${phrase}`);
    this.code = code;
    this.reason = phrase;
  }
}
