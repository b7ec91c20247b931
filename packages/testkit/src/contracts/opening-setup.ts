import type { HeaderInit, MessageTransport, OpeningRequest } from '@ws/types';
import type { OpeningResponse } from '../transport/memory-opening-options.ts';
import type { TransportRecorder } from './transport-recorder.ts';

/** The request that the client of a test makes. */
export interface OpeningProposal {
  /** Path and query. */
  readonly resource: string;
  readonly headers: HeaderInit;
  readonly subprotocols: readonly string[];
  readonly origin: string | null;
}

/** A request that has arrived, and its client, which waits for the answer. */
export interface OpeningSetup {
  readonly request: OpeningRequest;
  /** Resolves with the client's end of the connection; rejects when there is no connection. */
  readonly client: Promise<MessageTransport>;
  /** Resolves with the answer, whether it accepts or rejects; rejects when there is none. */
  readonly response: Promise<OpeningResponse>;
  /**
   * Makes the client go away before the answer. Resolves when the server is able to notice. Not given: clients that go away
   * are not tested.
   */
  leave?(): Promise<void>;
  /** Sends a text before the answer, so that it arrives with the request. Not given: early messages are not tested. */
  sendEarly?(text: string): void;
  /** Frees the resources of the setup. Called when both ends were dropped. */
  close?(): Promise<void>;
}

/** The tools of one rule. */
export interface OpeningRuleContext {
  /** Makes a request. Defaults: the resource `/`, and nothing else. */
  open(proposal?: Partial<OpeningProposal>): Promise<OpeningSetup>;
  /** Sets a listener for whole messages. */
  listen(transport: MessageTransport): TransportRecorder;
  /** Gives both ends time, so that a call that must not come would be noticed. */
  settle(): Promise<void>;
}

/** One rule of the port, and its test. */
export interface OpeningRule {
  readonly name: string;
  readonly run: (context: OpeningRuleContext) => Promise<void>;
}
