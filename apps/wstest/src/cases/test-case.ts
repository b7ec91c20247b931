import type { Duplex } from 'node:stream';
import type { DeflateParameters } from '../wire/extensions.ts';
import type { PeerConnection } from '../wire/peer-connection.ts';
import type { Exchange, Timing } from './exchange.ts';
import type { Verdict } from './verdict.ts';

/** How a case negotiates permessage-deflate. */
export interface DeflatePlan {
  /** What the tester offers as a client, best first. */
  readonly offers: readonly DeflateParameters[];
  /** What the tester answers as a server to one offer; null declines it. Tried in order on each offer. */
  readonly answers: readonly ((offer: DeflateParameters) => DeflateParameters | null)[];
}

/** The extension that a case needs; a peer that does not agree to it is UNIMPLEMENTED. */
export type ExtensionPlan =
  | { readonly name: 'permessage-deflate'; readonly plan: DeflatePlan }
  | { readonly name: 'permessage-bzip2' };

/** What a case may know of its surroundings. */
export interface CaseSurroundings {
  readonly timing: Timing;
  /** Whether the long cases shall be short: fewer messages, less data. */
  readonly isQuick: boolean;
  /** Resident memory of the peer in bytes, or null when its process is not known. */
  readonly peerMemory: () => number | null;
}

/** What a raw case of a client tester works with: the address of the server under test, and connections to it. */
export interface ServerUnderTest {
  /** The value of the Host field. */
  readonly host: string;
  /** The target of the request. */
  readonly resource: string;
  /** Opens one more connection. */
  readonly connect: () => Promise<PeerConnection>;
  /** Opens one more connection as a plain stream, with ALPN `h2` under TLS. */
  readonly connectHttp2: () => Promise<Duplex>;
}

/** What a raw case of a server tester works with: the request of a client under test, not yet answered. */
export interface ClientUnderTest {
  readonly connection: PeerConnection;
  readonly key: string;
  /** The fields of the request: lower-case name to all values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

interface CaseText {
  readonly id: string;
  readonly description: string;
  /** The same of a quick run, where that sends less. Default: `description`. */
  readonly quickDescription?: string;
  readonly expectation: string;
  /**
   * How much of the machine the case needs: `light` ones mostly wait and run in any number, of `heavy` ones a few run
   * at a time, and beside one that is `alone` no other heavy one runs. Default: `light`.
   */
  readonly load?: 'light' | 'heavy' | 'alone';
}

/** A case over an open WebSocket connection. Both roles run it. */
export interface ExchangeCase extends CaseText {
  readonly kind: 'exchange';
  readonly extension?: ExtensionPlan;
  readonly run: (exchange: Exchange, surroundings: CaseSurroundings) => Promise<Verdict>;
}

/** A case about a server, from the first octet on. */
export interface ServerCase extends CaseText {
  readonly kind: 'server';
  readonly run: (server: ServerUnderTest, surroundings: CaseSurroundings) => Promise<Verdict>;
}

/** A case about a client, from the response on. */
export interface ClientCase extends CaseText {
  readonly kind: 'client';
  readonly run: (client: ClientUnderTest, surroundings: CaseSurroundings) => Promise<Verdict>;
}

export type TestCase = ExchangeCase | ServerCase | ClientCase;
