/** The longest delay, in milliseconds, that `setTimeout` takes as it is. It replaces a longer one by 1. */
export const LONGEST_DELAY: number = 2 ** 31 - 1;

/**
 * Waits for a promise, which must not reject, but not longer than `delay` milliseconds. The timer keeps the process
 * alive until then.
 */
export function withTimeout(promise: Promise<void>, delay: number): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, Math.min(delay, LONGEST_DELAY));
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
