import { isPromise } from './is-promise.ts';

/**
 * Asks the application something. The answer may be a promise.
 *
 * @param goOn runs what is left to do when the answer comes later
 * @returns whether it comes later
 */
export function askApplication(
  question: () => unknown,
  onAnswer: (answer: unknown) => void,
  onError: (error: unknown) => void,
  goOn: (task: () => void) => void,
): boolean {
  let answer: unknown;
  try {
    answer = question();
  } catch (error) {
    onError(error);
    return false;
  }
  if (!isPromise(answer)) {
    onAnswer(answer);
    return false;
  }
  answer.then(
    result => goOn(() => onAnswer(result)),
    error => goOn(() => onError(error)),
  );
  return true;
}
