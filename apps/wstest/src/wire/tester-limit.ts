/** The longest message, in bytes, that the tester takes from a peer: more than any case asks for. */
export const MAX_MESSAGE: number = 64 * 1024 * 1024;

/** The peer sent more than the tester takes. No rule forbids that; what comes next is not read. */
export class TesterLimitError extends RangeError {
  override readonly name = 'TesterLimitError';
  constructor(limit: number = MAX_MESSAGE) {
    super(`a message of more than ${limit} bytes, which is all that the tester takes`);
  }
}
