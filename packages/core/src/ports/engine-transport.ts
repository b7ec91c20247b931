import type {
  CloseInfo,
  ConnectionState,
  MessageTransport,
  MessageTransportListener,
  PreparedPayload,
  TransportPreparedOptions,
  TransportSendOptions,
} from '@ws/types';
import { checkClose, isWireCloseCode } from '../closing/close-check.ts';
import type { ConnectionEngine } from '../engine/connection-engine.ts';
import { ClosedError } from '../errors/usage-error.ts';
import { PING, PONG } from '../frames/opcode.ts';
import type { SendOptions } from '../messages/message-sender.ts';
import { checkBytes, checkControlPayload, checkPayload } from '../messages/payload-check.ts';
import { PreparedMessage } from '../messages/prepared-message.ts';
import { engineOf, type WebSocketProtocol } from '../protocol/protocol.ts';

const UNCOMPRESSED: SendOptions = { doNotCompress: true };

/** The engine as a {@link MessageTransport}: an open connection, for any façade. */
export class EngineTransport implements MessageTransport {
  readonly subprotocol: string | null;
  readonly extensions: string;
  readonly canPause = true;
  readonly canPing = true;
  readonly closeCodes = 'wire';
  readonly #engine: ConnectionEngine;

  constructor(engine: ConnectionEngine, subprotocol: string | null, extensions: string) {
    this.#engine = engine;
    this.subprotocol = subprotocol;
    this.extensions = extensions;
  }

  get state(): ConnectionState {
    return this.#engine.inflow.isGone ? 'closed' : this.#engine.state;
  }

  get bufferedAmount(): number {
    return this.#engine.outflow.writer.bufferedAmount;
  }

  get latency(): number | null {
    return this.#engine.control.latency;
  }

  get closingReason(): Pick<CloseInfo, 'code' | 'reason'> {
    return this.#engine.closing.beginning ?? { code: 1006, reason: null };
  }

  setListener(listener: MessageTransportListener): void {
    this.#engine.setListener(listener);
  }

  send(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): void {
    checkPayload(payload, isBinary);
    this.#open().outflow.send(payload, isBinary, sendOptions(options));
  }

  sendNow(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): boolean {
    checkPayload(payload, isBinary);
    return this.#open().outflow.sendNow(payload, isBinary, sendOptions(options));
  }

  beginMessage(isBinary: boolean, options?: TransportSendOptions): void {
    this.#open().outflow.sendParts(sender => sender.beginMessage(isBinary, options?.compress === false));
  }

  sendPiece(piece: Uint8Array): void {
    checkBytes(piece);
    this.#open().outflow.sendParts(sender => sender.sendMessageFrame(piece));
  }

  endMessage(): void {
    this.#open().outflow.sendParts(sender => sender.endMessage());
  }

  prepare(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): PreparedPayload {
    return this.#engine.owner.prepareMessage(payload, isBinary, options?.compress === false);
  }

  sendPrepared(prepared: PreparedPayload, { dropIfBusy = false }: TransportPreparedOptions = {}): boolean {
    const { outflow } = this.#open();
    if (dropIfBusy && (outflow.writer.isBlocked || !outflow.sender.isIdle)) return false;
    if (prepared instanceof PreparedMessage) return outflow.sendPrepared(prepared, false);
    const { payload, isBinary, compress } = prepared;
    this.send(payload, isBinary, { compress });
    return true;
  }

  whenDrained(onDrained: (error: unknown) => void): void {
    this.#engine.outflow.whenFlushed(onDrained);
  }

  pause(): void {
    this.#engine.delivery.pause();
  }

  resume(): void {
    this.#engine.inflow.resume();
  }

  ping(payload: Uint8Array): void {
    this.#sendControl(PING, payload);
  }

  pong(payload: Uint8Array): void {
    this.#sendControl(PONG, payload);
  }

  close(code: number | null, reason: string | null): void {
    checkClose(code, reason, { longReason: 'refuse' });
    const { inflow, closing } = this.#engine;
    inflow.inTurn(() => closing.startClosingHandshake(code, reason));
  }

  fail(error: unknown): void {
    const engine = this.#engine;
    engine.inflow.inTurn(() => engine.failConnection(error, closeCodeOf(error)));
  }

  drop(): void {
    this.#engine.drop(true);
  }

  #sendControl(opcode: number, payload: Uint8Array): void {
    checkControlPayload(payload);
    if (this.#engine.isOpen) this.#engine.control.send(opcode, payload);
  }

  #open(): ConnectionEngine {
    const engine = this.#engine;
    if (engine.isOpen && !engine.inflow.isGone) return engine;
    throw new ClosedError(`the connection is not open but ${this.state}`);
  }
}

/** The close code of an error. `undefined`: the error has no code, or one that may not be sent. */
function closeCodeOf(error: unknown): number | undefined {
  const { closeCode } = (error ?? {}) as { readonly closeCode?: unknown };
  return typeof closeCode === 'number' && isWireCloseCode(closeCode) ? closeCode : undefined;
}

function sendOptions(options: TransportSendOptions | undefined): SendOptions | undefined {
  return options?.compress === false ? UNCOMPRESSED : undefined;
}

/**
 * Gives the transport of a protocol object, for adapters that need more than applications do: they can close with any
 * code, fail the connection, or have a callback called when it has drained. Its one listener is the protocol object.
 *
 * @throws ClosedError before the protocol object has a stream
 */
export function transportOf(protocol: WebSocketProtocol): MessageTransport {
  const engine = engineOf(protocol);
  if (engine === null) throw new ClosedError('the connection is not open yet');
  return new EngineTransport(engine, protocol.subprotocol, protocol.extensions);
}
