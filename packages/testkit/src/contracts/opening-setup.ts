import type { HeaderInit, MessageTransport, OpeningRequest } from '@ws/types';
import type { OpeningResponse } from '../transport/memory-opening-options.ts';
import type { TransportRecorder } from './transport-recorder.ts';

/** What the client of a suite's test asks for. */
export interface OpeningProposal {
  /** Path and query. */
  readonly resource: string;
  readonly headers: HeaderInit;
  readonly subprotocols: readonly string[];
  readonly origin: string | null;
}

/** A request that is there, and the client that waits for its answer. */
export interface OpeningSetup {
  readonly request: OpeningRequest;
  /** The client's end of the connection; rejects when there is none. */
  readonly client: Promise<MessageTransport>;
  /** The answer, whichever it is; rejects when there is none. */
  readonly response: Promise<OpeningResponse>;
  /**
   * The client goes away before the answer; when the promise resolves, the server can know. Not given: that is not
   * tested.
   */
  leave?(): Promise<void>;
  /** Sends a text before there is an answer, so that it comes with the request. Not given: that is not tested. */
  sendEarly?(text: string): void;
  /** Frees what the setup needed. Called when both ends were dropped. */
  close?(): Promise<void>;
}

/** What one rule works with. */
export interface OpeningRuleContext {
  /** Makes a request. What is not given: `/`, and nothing else. */
  open(proposal?: Partial<OpeningProposal>): Promise<OpeningSetup>;
  /** Sets a listener for whole messages. */
  listen(transport: MessageTransport): TransportRecorder;
  /** Gives the ends time for calls that must not come. */
  settle(): Promise<void>;
}

/** One sentence of the port, and what proves it. */
export interface OpeningRule {
  readonly name: string;
  readonly run: (context: OpeningRuleContext) => Promise<void>;
}
