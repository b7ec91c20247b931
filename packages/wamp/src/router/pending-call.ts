import type { Timer } from '@ws/types';
import type { CalleeMember, CallerMember } from './member.ts';
import type { Offer } from './registration.ts';

/** A call between CALL and its last answer. */
export interface PendingCall {
  /** `null`: nobody waits for the answer any more. */
  caller: CallerMember | null;
  readonly callRequest: number;
  readonly callee: CalleeMember;
  readonly invocationRequest: number;
  readonly offer: Offer;
  readonly wantsProgress: boolean;
  timer: Timer | null;
}
