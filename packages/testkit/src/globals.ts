// The one universal global that this package uses; ES2022's own library does not declare it.

declare const queueMicrotask: (task: () => void) => void;

/** Runs `task` as soon as the running code has returned. What it throws is an uncaught exception. */
export function microtask(task: () => void): void {
  queueMicrotask(task);
}
