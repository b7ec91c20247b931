// Requests that wait for their answers, by id.

import type { Clock } from '@ws/types';
import { MAX_ID } from '../checks.ts';
import { ProtocolError } from '../errors.ts';
import type { IMessage } from '../messages/message.ts';
import type { IPayloadCodec } from './payload-codec.ts';

/** What the roles of a session need of it. */
export interface SessionPort {
  /** @throws SessionNotReady, TransportLost, SerializationError */
  send(message: IMessage): void;
  /** The id of the next request. */
  nextRequest(): number;
  readonly clock: Clock;
  readonly codec: IPayloadCodec | null;
  /** Something that the user wrote has thrown. */
  reportUserError(error: unknown, message: string): void;
  /** The ApplicationError that answers for what an endpoint has thrown. */
  errorFor(error: unknown): { readonly error: string; readonly args: readonly unknown[]; readonly kwargs: object };
}

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** Ids of requests: 1, 2, 3, … */
export class RequestIds {
  #last = 0;

  next(): number {
    this.#last = this.#last >= MAX_ID ? 1 : this.#last + 1;
    return this.#last;
  }
}

/** Requests of one kind. */
export class Requests<Reply> {
  readonly #name: string;
  readonly #waiting: Map<number, Waiting<Reply>> = new Map();

  /** @param name of the request's message, for errors */
  constructor(name: string) {
    this.#name = name;
  }

  /** A promise of the reply to a request that `send` sends. */
  expect(request: number, send: () => void): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      try {
        send();
      } catch (error) {
        this.#waiting.delete(request);
        reject(error);
      }
    });
  }

  /** @throws ProtocolError when nobody waits for it */
  resolve(request: number, reply: Reply): void {
    this.#take(request).resolve(reply);
  }

  /** @throws ProtocolError when nobody waits for it */
  reject(request: number, error: unknown): void {
    this.#take(request).reject(error);
  }

  rejectAll(error: unknown): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }

  #take(request: number): Waiting<Reply> {
    const waiting = this.#waiting.get(request);
    if (waiting === undefined) throw new ProtocolError(`an answer to ${this.#name} ${request}, which was not asked`);
    this.#waiting.delete(request);
    return waiting;
  }
}
