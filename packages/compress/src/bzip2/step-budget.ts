/**
 * The work that one step of the decoder may do, in symbols read: about a millisecond. Four linked entries, or two entries
 * that become output, count as one symbol.
 */
export const STEP_WORK = 24_576;

/** The work that is left in a step. The decoder checks it only after every few symbols, so it may go a little below 0. */
export class StepBudget {
  left = 0;
}
