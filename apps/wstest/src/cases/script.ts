import { closePayload, type Frame, frame, Opcode, toBuffer } from '../wire/frame.ts';
import type { Exchange } from './exchange.ts';
import { type ExpectedAnswer, type ExpectedClose, judge, type Outcome } from './judge.ts';
import type { ExchangeCase } from './test-case.ts';

/** How the frames of a step go out. */
type Delivery = 'together' | 'each' | { readonly pieceSize: number };

/** One thing the tester does. */
export type Step =
  | { readonly frames: readonly Frame[]; readonly delivery: Delivery; readonly closes: boolean }
  | { readonly pauses: number };

/** A case that is a list of writes, the answers to them, and the way it closes. */
export interface Script {
  readonly id: string;
  readonly description: string;
  readonly expectation: string;
  readonly steps: readonly Step[];
  readonly outcomes: readonly Outcome[];
  readonly close: ExpectedClose;
}

/** Frames in one write. */
export function write(...frames: Frame[]): Step {
  return { frames, delivery: 'together', closes: frames.some(isClose) };
}

/** Frames, each in a write of its own. */
export function writeEach(...frames: Frame[]): Step {
  return { frames, delivery: 'each', closes: frames.some(isClose) };
}

/** Frames in writes of `pieceSize` octets. */
export function writePieces(pieceSize: number, ...frames: Frame[]): Step {
  return { frames, delivery: { pieceSize }, closes: frames.some(isClose) };
}

/** Nothing, for a while. */
export const pause: Step = { pauses: 1 };

function isClose({ opcode, rsv, fin }: Frame): boolean {
  return opcode === Opcode.CLOSE && rsv === 0 && fin;
}

export function text(payload: Uint8Array | string, options?: Partial<Frame>): Frame {
  return frame(Opcode.TEXT, payload, options);
}

export function binary(payload: Uint8Array | string, options?: Partial<Frame>): Frame {
  return frame(Opcode.BINARY, payload, options);
}

export function continuation(payload: Uint8Array | string, options?: Partial<Frame>): Frame {
  return frame(Opcode.CONTINUATION, payload, options);
}

export function ping(payload: Uint8Array | string = '', options?: Partial<Frame>): Frame {
  return frame(Opcode.PING, payload, options);
}

export function pong(payload: Uint8Array | string = '', options?: Partial<Frame>): Frame {
  return frame(Opcode.PONG, payload, options);
}

/** A Close frame; without a code its payload is empty. */
export function close(code?: number, reason?: Uint8Array | string): Frame {
  return frame(Opcode.CLOSE, code === undefined ? '' : closePayload(code, reason));
}

/** Splits a payload into the frames of one message. */
export function fragments(opcode: number, parts: readonly (Uint8Array | string)[]): Frame[] {
  return parts.map((part, i) => frame(i === 0 ? opcode : Opcode.CONTINUATION, part, { fin: i === parts.length - 1 }));
}

/** An answer that is expected. */
export function answer(type: ExpectedAnswer['type'], payload: Uint8Array | string): ExpectedAnswer {
  return { type, payload: toBuffer(payload) };
}

/** The tester closes with 1000 and the peer answers that. */
export const testerCloses: ExpectedClose = { startedBy: 'tester', codes: [1000], isCleanRequired: true };

/** The peer fails the connection by itself. */
export function peerFails(...codes: number[]): ExpectedClose {
  return { startedBy: 'peer', codes, isCleanRequired: false };
}

/** The outcomes of a case with one right conversation. */
export function exactly(...answers: ExpectedAnswer[]): Outcome[] {
  return [{ behavior: 'OK', answers }];
}

/** A case whose echo may be lost when the connection fails right after it. */
export function preferably(...answers: ExpectedAnswer[]): Outcome[] {
  return [
    { behavior: 'OK', answers },
    { behavior: 'NON-STRICT', answers: [] },
  ];
}

/** Turns a script into a case. */
export function scripted(script: Script): ExchangeCase {
  const { id, description, expectation } = script;
  return {
    kind: 'exchange',
    id,
    description,
    expectation,
    run: async exchange => {
      for (const step of script.steps) await perform(step, exchange);
      if (script.close.startedBy === 'peer') await exchange.receiveEnd();
      else if (!exchange.closing.testerClosed) await exchange.receive(script.outcomes[0]?.answers.length ?? 0);
      await exchange.finish();
      return judge(exchange, script.outcomes, script.close);
    },
  };
}

async function perform(step: Step, exchange: Exchange): Promise<void> {
  if ('pauses' in step) return exchange.pause(step.pauses);
  if (step.closes) exchange.noteClose();
  if (step.delivery === 'each') return exchange.sendEach(step.frames);
  await exchange.send(step.frames, step.delivery === 'together' ? {} : step.delivery);
}
