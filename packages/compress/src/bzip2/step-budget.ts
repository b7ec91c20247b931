/**
 * The work that one step of the decoder may do, in symbols read: about a millisecond. What else it does is counted in
 * these: four entries that are linked, or two that become output, are one.
 */
export const STEP_WORK = 24_576;

/** What is left of a step's work. It is looked at after every few symbols, so it may get a little below 0. */
export class StepBudget {
  left = 0;
}
