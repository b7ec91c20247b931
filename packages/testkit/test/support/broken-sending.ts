// Transports that break one sentence of the port each, about what is sent.

import type { PreparedPayload, TransportPreparedOptions } from '@ws/types';
import { type BrokenTransport, TransportWrapper } from './transport-wrapper.ts';

type Payload = Uint8Array | string;

/** What each does wrong → how. */
export const brokenSending: Readonly<Record<string, BrokenTransport>> = {
  'loses empty messages': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      if (typeof payload !== 'string' && payload?.length === 0) return;
      super.send(payload, isBinary);
    }
  },
  'sends everything as binary': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      if (typeof payload === 'string') super.send(payload, isBinary);
      else super.send(payload, true);
    }
  },
  'sends texts in latin1': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      if (typeof payload !== 'string' || isBinary) super.send(payload, isBinary);
      else
        super.send(
          Uint8Array.from(payload, character => character.charCodeAt(0)),
          isBinary,
        );
    }
  },
  'sends the whole memory of a view': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      if (!(payload instanceof Uint8Array)) super.send(payload, isBinary);
      else super.send(new Uint8Array(payload.buffer), isBinary);
    }
  },
  'sends what is no payload': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      if (payload instanceof Uint8Array) super.send(payload, isBinary);
      else super.send(String(payload), false);
    }
  },
  'sends a number by sendNow': class extends TransportWrapper {
    override sendNow(payload: Payload, isBinary: boolean) {
      return super.sendNow(typeof payload === 'number' ? new Uint8Array(payload) : payload, isBinary);
    }
  },
  'prepares what is no payload': class extends TransportWrapper {
    override prepare(payload: Payload, isBinary: boolean) {
      return super.prepare(payload instanceof Uint8Array ? payload : String(payload), isBinary);
    }
  },
  'throws an Error for what is no payload': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      if (typeof payload === 'number') throw new Error('no payload');
      super.send(payload, isBinary);
    }
  },
  'sends later what is sent by send': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      super.prepare(payload, isBinary);
      queueMicrotask(() => this.state === 'open' && super.send(payload, isBinary));
    }
  },
  'says that all was taken': class extends TransportWrapper {
    override sendNow(payload: Payload, isBinary: boolean) {
      return super.sendNow(payload, isBinary) || true;
    }
  },
  'says that nothing was taken': class extends TransportWrapper {
    override sendNow(payload: Payload, isBinary: boolean) {
      return super.sendNow(payload, isBinary) && false;
    }
  },
  'says that nothing is buffered': class extends TransportWrapper {
    override get bufferedAmount() {
      return 0;
    }
  },
  'says that too much is buffered': class extends TransportWrapper {
    override get bufferedAmount() {
      return 2 * super.bufferedAmount;
    }
  },
  'never drains': class extends TransportWrapper {
    override whenDrained() {}
  },
  'drains twice': class extends TransportWrapper {
    override whenDrained(onDrained: (error: unknown) => void) {
      super.whenDrained(onDrained);
      super.whenDrained(onDrained);
    }
  },
  'drains at once, whatever waits': class extends TransportWrapper {
    override whenDrained(onDrained: (error: unknown) => void) {
      onDrained(undefined);
    }
  },
  'drains without an error when it is gone': class extends TransportWrapper {
    override whenDrained(onDrained: (error: unknown) => void) {
      super.whenDrained(() => onDrained(undefined));
    }
  },
  'drains with an error when all is well': class extends TransportWrapper {
    override whenDrained(onDrained: (error: unknown) => void) {
      super.whenDrained(() => onDrained(new Error('well')));
    }
  },
  'tells one of many of the drain': class extends TransportWrapper {
    #isWaiting = false;
    override whenDrained(onDrained: (error: unknown) => void) {
      if (this.#isWaiting) return;
      this.#isWaiting = true;
      super.whenDrained(error => {
        this.#isWaiting = false;
        onDrained(error);
      });
    }
  },
  'sends each piece as a message': class extends TransportWrapper {
    #isBinary = false;
    override beginMessage(isBinary: boolean) {
      this.#isBinary = isBinary;
    }
    override sendPiece(piece: Uint8Array) {
      super.send(piece, this.#isBinary);
    }
    override endMessage() {}
  },
  'sends pieces as binary': class extends TransportWrapper {
    override beginMessage() {
      super.beginMessage(true);
    }
  },
  'loses empty messages in pieces': class extends TransportWrapper {
    #isEmpty = true;
    #isBinary = false;
    override beginMessage(isBinary: boolean) {
      super.beginMessage(isBinary);
      this.#isEmpty = true;
      this.#isBinary = isBinary;
    }
    override sendPiece(piece: Uint8Array) {
      super.sendPiece(piece);
      this.#isEmpty = false;
    }
    override endMessage() {
      if (this.#isEmpty && this.#isBinary) return;
      super.endMessage();
    }
  },
  'sends another message in the middle of one': class extends TransportWrapper {
    #isInside = false;
    override beginMessage(isBinary: boolean) {
      this.#isInside = true;
      super.beginMessage(isBinary);
    }
    override endMessage() {
      this.#isInside = false;
      super.endMessage();
    }
    override sendPrepared(prepared: PreparedPayload, options?: TransportPreparedOptions) {
      return this.#isInside || super.sendPrepared(prepared, options);
    }
  },
  'takes pieces that were not begun': class extends TransportWrapper {
    override sendPiece(piece: Uint8Array) {
      try {
        super.sendPiece(piece);
      } catch (error) {
        if (error instanceof TypeError || this.state !== 'open') throw error;
      }
    }
  },
  'takes texts as pieces': class extends TransportWrapper {
    override sendPiece(piece: Uint8Array) {
      super.sendPiece(typeof piece === 'string' ? new Uint8Array(1) : piece);
    }
  },
  'ends a message that was not begun': class extends TransportWrapper {
    override endMessage() {
      try {
        super.endMessage();
      } catch (error) {
        if (this.state !== 'open') throw error;
      }
    }
  },
  'says that a prepared message was skipped': class extends TransportWrapper {
    override sendPrepared(prepared: PreparedPayload, options?: TransportPreparedOptions) {
      return super.sendPrepared(prepared, options) && false;
    }
  },
  'never skips': class extends TransportWrapper {
    override sendPrepared(prepared: PreparedPayload) {
      return super.sendPrepared(prepared);
    }
  },
  'skips whoever is not busy': class extends TransportWrapper {
    override sendPrepared(prepared: PreparedPayload, options?: TransportPreparedOptions) {
      return options?.dropIfBusy !== true && super.sendPrepared(prepared, options);
    }
  },
  'skips although it may not': class extends TransportWrapper {
    override sendPrepared(prepared: PreparedPayload) {
      return super.sendPrepared(prepared, { dropIfBusy: true });
    }
  },
  'knows only messages that it has prepared itself': class extends TransportWrapper {
    override prepare(payload: Payload, isBinary: boolean) {
      const prepared = super.prepare(payload, isBinary);
      OWN.add(prepared);
      return prepared;
    }
    override sendPrepared(prepared: PreparedPayload, options?: TransportPreparedOptions) {
      return !OWN.has(prepared) || super.sendPrepared(prepared, options);
    }
  },
  'has no code for a message inside another': class extends TransportWrapper {
    override beginMessage(isBinary: boolean) {
      try {
        super.beginMessage(isBinary);
      } catch (error) {
        if (this.state !== 'open') throw error;
        throw new Error('inside a message');
      }
    }
  },
  'prepares texts as binary': class extends TransportWrapper {
    override prepare(payload: Payload, isBinary: boolean) {
      return { ...super.prepare(payload, isBinary), isBinary: true };
    }
  },
};

const OWN = new WeakSet<PreparedPayload>();
