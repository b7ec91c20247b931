/** The exports of the module. Addresses are byte offsets in its memory; keys and states are those of the ports. */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  mask(at: number, end: number, key: number, offset: number): void;
  /** @returns the state, plus 16 when there was a byte that is not ASCII */
  validate(at: number, end: number, state: number): number;
  /** @returns as `validate` */
  unmaskText(at: number, end: number, key: number, offset: number, state: number): number;
}
