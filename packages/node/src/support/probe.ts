/** A trial that is run once per process. */
export interface Probe {
  /** Whether the trial has succeeded; `false` while that is not known. */
  hasSucceeded(): boolean;
  /** Runs the trial, at the first call. The promise never rejects. */
  run(): Promise<boolean>;
}

/** Makes a probe. @param trial succeeds if it resolves with `true`; `null`: there is nothing to try */
export function createProbe(trial: (() => Promise<boolean>) | null): Probe {
  let verdict = false;
  let running: Promise<boolean> | null = trial === null ? Promise.resolve(false) : null;
  return {
    hasSucceeded: () => verdict,
    run: () => {
      running ??= trial!()
        .catch(() => false)
        .then(isWorking => {
          verdict = isWorking;
          return isWorking;
        });
      return running;
    },
  };
}
