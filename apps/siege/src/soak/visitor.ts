// One client of a soak: sends, checks what comes back, leaves, and comes again as another.

import { offerDeflate } from '@ws/compress/deflate';
import { createClientAgent, type OpenOptions, WebSocketClientProtocol } from '@ws/node';
import { ASK, Ledger, numberOf, type Traffic } from './traffic.ts';

/** Where visitors report. */
export interface VisitorListener {
  onOpen(): void;
  /** A message came back, so many milliseconds after it was sent. */
  onEcho(latency: number, bytes: number): void;
  /** Something is not as it must be. */
  onFailure(failure: string): void;
}

/** How a visit goes. */
export interface Visit {
  readonly url: string;
  readonly traffic: Traffic;
  readonly listener: VisitorListener;
  /** Between bursts, in milliseconds. */
  pause(): number;
  /** Whether to go on with it; asked after each burst. */
  goesOn(): boolean;
}

/** Timeouts of both sides. */
export const PATIENCE = {
  openHandshakeTimeout: 60_000,
  closeHandshakeTimeout: 60_000,
  serverConnectionDropTimeout: 60_000,
} as const;

const SETUPS: readonly (() => NonNullable<OpenOptions['protocolOptions']>)[] = [
  () => ({}),
  () => ({ autoFragmentSize: 4096 }),
  () => ({ perMessageCompressionOffers: offerDeflate({ noContextTakeover: true, requestNoContextTakeover: true }) }),
  () => ({ perMessageCompressionOffers: offerDeflate({ memLevel: 5, windowBits: 11 }) }),
];

const agent = createClientAgent();

class Visitor extends WebSocketClientProtocol {
  onPayload: (payload: Uint8Array, isBinary: boolean) => void = () => {};
  /** A call, since a promise remembers everybody who has ever waited for it. */
  onLost: () => void = () => {};
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.onPayload(payload, isBinary);
  }
  override onClose(): void {
    this.onLost();
  }
}

/** One connection from its opening to its end: `bursts` of 1 to 8 messages, each waited for. */
export async function visit(visit: Visit, bursts: number): Promise<void> {
  const { traffic, listener } = visit;
  const { random } = traffic;
  // However busy the machine is: who is slow has not failed.
  const protocolOptions = { ...SETUPS[random.below(SETUPS.length)]!(), ...PATIENCE };
  const connection = await agent.open(visit.url, { protocolOptions, timeout: 60_000 }, Visitor);
  listener.onOpen();
  const sent = new Ledger();
  const received = new Ledger();
  for (let i = 0; i < bursts && visit.goesOn(); i++) {
    await burst(visit, connection, sent, received, 1 + random.below(8));
    if (connection.state !== 'open') break;
    await wait(visit.pause());
  }
  await leave(connection, sent, received, listener, random.below(10) > 0);
}

/** Sends some messages at once, and waits until they are back. */
async function burst(
  { traffic, listener }: Visit,
  connection: Visitor,
  sent: Ledger,
  received: Ledger,
  size: number,
): Promise<void> {
  const times: number[] = [];
  const last = sent.count + size;
  const done = new Promise<void>(resolve => {
    connection.onLost = resolve;
    connection.onPayload = (payload, isBinary) => {
      const number = numberOf(payload);
      if (number !== received.count) listener.onFailure(`message ${received.count} expected, ${number} came`);
      received.add(payload, isBinary);
      listener.onEcho(performance.now() - times.shift()!, payload.length);
      if (received.count === last) resolve();
    };
  });
  while (sent.count < last) {
    const { payload, isBinary, fragmentSize } = traffic.message(sent.count);
    sent.add(payload, isBinary);
    times.push(performance.now());
    connection.sendMessage(payload, isBinary, fragmentSize === 0 ? undefined : { fragmentSize });
  }
  if (connection.state === 'open') await done;
}

/** Compares digests, and closes; `isPolite`: by the closing handshake. */
async function leave(
  connection: Visitor,
  sent: Ledger,
  received: Ledger,
  listener: VisitorListener,
  isPolite: boolean,
): Promise<void> {
  const expected = `${sent}`;
  if (`${received}` !== expected) listener.onFailure(`what came back is not what was sent: ${expected}`);
  const answer = new Promise<string>(resolve => {
    connection.onPayload = payload => resolve(Buffer.from(payload).toString());
  });
  if (connection.state === 'open') {
    connection.sendMessage(ASK);
    const lost = connection.closed.then(() => 'nothing: the connection was lost');
    const heard = await Promise.race([answer, lost]);
    if (heard !== `${ASK}${expected}`) listener.onFailure(`the server has heard ${heard}, not ${expected}`);
    if (isPolite) connection.sendClose(1000, 'bye');
    else connection.dropConnection(true);
  }
  const { code, reason, wasClean } = await connection.closed;
  if (isPolite && !(wasClean && code === 1000)) listener.onFailure(`not closed cleanly: ${code} ${reason}`);
}

function wait(milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, milliseconds);
  });
}
