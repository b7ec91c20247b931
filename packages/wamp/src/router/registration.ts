// Procedures that are offered, and who of several callees is called.

import type { InvocationPolicy } from '../messages/register-messages.ts';
import type { MatchPolicy } from '../uri.ts';
import type { CalleeMember } from './member.ts';

/** One callee's part in a registration. */
export interface Offer {
  readonly callee: CalleeMember;
  /** The registration's id where the callee is: another router has ids of its own. */
  readonly registration: number;
  /** How many invocations may run at the same time; 0: any number. */
  readonly concurrency: number;
  running: number;
}

/** A procedure, or a pattern of procedures, and all who offer it. */
export class Registration {
  readonly id: number;
  readonly procedure: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  /** In the order in which they came. */
  readonly offers: Offer[] = [];
  #turn = 0;

  constructor(id: number, procedure: string, match: MatchPolicy, invoke: InvocationPolicy) {
    this.id = id;
    this.procedure = procedure;
    this.match = match;
    this.invoke = invoke;
  }

  /** Whether a session of this router offers it. */
  get hasLocal(): boolean {
    return this.offers.some(({ callee }) => !callee.isRemote);
  }

  has(callee: CalleeMember): boolean {
    return this.offers.some(offer => offer.callee === callee);
  }

  /** @returns whether it was there */
  remove(callee: CalleeMember): boolean {
    const at = this.offers.findIndex(offer => offer.callee === callee);
    if (at >= 0) this.offers.splice(at, 1);
    return at >= 0;
  }

  /**
   * Whose turn it is; `null` when all that may be asked are busy.
   *
   * @param isLocalOnly for calls that another router has passed on
   * @param random a number from 0 up to, not including, its argument
   */
  choose(isLocalOnly: boolean, random: (limit: number) => number): Offer | null {
    const { offers } = this;
    // perf: one callee is the usual case.
    if (offers.length === 1) return isEligible(offers[0]!, isLocalOnly) ? offers[0]! : null;
    const eligible = offers.filter(offer => isEligible(offer, isLocalOnly));
    if (eligible.length === 0) return null;
    if (this.invoke === 'roundrobin') return eligible[this.#turn++ % eligible.length]!;
    if (this.invoke === 'random') return eligible[random(eligible.length)]!;
    return this.invoke === 'last' ? eligible.at(-1)! : eligible[0]!;
  }
}

function isEligible({ callee, concurrency, running }: Offer, isLocalOnly: boolean): boolean {
  return !(isLocalOnly && callee.isRemote) && (concurrency === 0 || running < concurrency);
}
