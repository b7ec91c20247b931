// The only universal global that this package uses. The library of ES2022 does not declare it.

declare const queueMicrotask: (task: () => void) => void;

/** Runs `task` as soon as the running code has returned. An error that it throws is an uncaught exception. */
export function microtask(task: () => void): void {
  queueMicrotask(task);
}
