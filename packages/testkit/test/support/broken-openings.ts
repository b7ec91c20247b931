// Opening requests that break one sentence of the port each.

import type { Headers, MessageTransport, OpeningAccept, OpeningReject, OpeningRequest } from '@ws/types';
import { TransportWrapper } from './transport-wrapper.ts';

/** Passes everything on: the mutants change one thing. */
class Wrapper implements OpeningRequest {
  protected readonly inner: OpeningRequest;
  constructor(inner: OpeningRequest) {
    this.inner = inner;
  }
  get headers(): Headers {
    return this.inner.headers;
  }
  get resource() {
    return this.inner.resource;
  }
  get subprotocols() {
    return this.inner.subprotocols;
  }
  get origin() {
    return this.inner.origin;
  }
  get peer() {
    return this.inner.peer;
  }
  get transportDetails() {
    return this.inner.transportDetails;
  }
  get isAnswered() {
    return this.inner.isAnswered;
  }
  accept(options?: OpeningAccept): Promise<MessageTransport> {
    return this.inner.accept(options);
  }
  reject(status: number, options?: OpeningReject): Promise<void> {
    return this.inner.reject(status, options);
  }
  drop(): void {
    this.inner.drop();
  }
}

/** A transport that loses what came before it had a listener. */
class Forgetful extends TransportWrapper {
  #hasListener = false;
  protected override onMessage(payload: Uint8Array, isBinary: boolean): unknown {
    if (!this.#hasListener) setImmediate(() => (this.#hasListener = true));
    return this.#hasListener ? super.onMessage(payload, isBinary) : undefined;
  }
}

/** What each does wrong → how. */
export const brokenOpenings: Readonly<Record<string, new (inner: OpeningRequest) => OpeningRequest>> = {
  'loses the query': class extends Wrapper {
    override get resource() {
      return super.resource.replace(/\?.*/, '');
    }
  },
  'decodes the path': class extends Wrapper {
    override get resource() {
      return decodeURIComponent(super.resource);
    }
  },
  'has an empty path': class extends Wrapper {
    override get resource() {
      return super.resource === '/' ? '' : super.resource;
    }
  },
  'has names of headers in upper case': class extends Wrapper {
    override get headers() {
      return Object.fromEntries(Object.entries(super.headers).map(([name, value]) => [name.toUpperCase(), value]));
    }
  },
  'has headers with a prototype': class extends Wrapper {
    override get headers() {
      return { ...super.headers };
    }
  },
  'has the last line of a header only': class extends Wrapper {
    override get headers() {
      const headers: Record<string, string> = Object.create(null);
      for (const [name, value] of Object.entries(super.headers)) headers[name] = value.split(', ').at(-1) ?? '';
      return headers;
    }
  },
  'sorts the subprotocols': class extends Wrapper {
    override get subprotocols() {
      return [...super.subprotocols].sort();
    }
  },
  'has no origin': class extends Wrapper {
    override get origin() {
      return null;
    }
  },
  'has an empty origin': class extends Wrapper {
    override get origin() {
      return super.origin ?? '';
    }
  },
  'is answered from the beginning': class extends Wrapper {
    override get isAnswered() {
      return true;
    }
  },
  'is never answered': class extends Wrapper {
    override get isAnswered() {
      return false;
    }
  },
  'does not know the client': class extends Wrapper {
    override get peer() {
      return '';
    }
  },
  'accepts without the subprotocol': class extends Wrapper {
    override accept({ subprotocol, ...options }: OpeningAccept = {}) {
      if (subprotocol != null && !this.subprotocols.includes(subprotocol)) return super.accept({ subprotocol });
      return super.accept(options);
    }
  },
  'accepts with a subprotocol that was not asked for': class extends Wrapper {
    override accept(options: OpeningAccept = {}) {
      return super.accept({ ...options, subprotocol: options.subprotocol ?? this.subprotocols[0] });
    }
  },
  'accepts subprotocols that were not proposed': class extends Wrapper {
    override accept({ subprotocol, ...options }: OpeningAccept = {}) {
      const isProposed = subprotocol != null && this.subprotocols.includes(subprotocol);
      return super.accept({ ...options, subprotocol: isProposed ? subprotocol : null });
    }
  },
  'compares subprotocols without case': class extends Wrapper {
    override accept(options: OpeningAccept = {}) {
      const { subprotocol } = options;
      if (typeof subprotocol !== 'string') return super.accept(options);
      return super.accept({ ...options, subprotocol: subprotocol.toLowerCase() });
    }
  },
  'accepts without the headers': class extends Wrapper {
    override async accept(options: OpeningAccept = {}) {
      return await super.accept({ ...options, headers: null });
    }
  },
  'cuts headers at a line break': class extends Wrapper {
    override accept(options: OpeningAccept = {}) {
      return super.accept({ ...options, headers: cutLines(options.headers) });
    }
  },
  'is answered by what cannot be answered': class extends Wrapper {
    #isAnswered = false;
    override get isAnswered() {
      return this.#isAnswered || super.isAnswered;
    }
    override accept(options?: OpeningAccept) {
      this.#isAnswered = true;
      return super.accept(options);
    }
  },
  'accepts twice': class extends Wrapper {
    #accepted: Promise<MessageTransport> | null = null;
    override accept(options?: OpeningAccept) {
      if (this.isAnswered && this.#accepted !== null) return this.#accepted;
      const accepted = super.accept(options);
      if (this.isAnswered) this.#accepted = accepted;
      return accepted;
    }
  },
  'rejects after it has accepted': class extends Wrapper {
    override async reject(status: number, options?: OpeningReject) {
      if (!this.isAnswered) await super.reject(status, options);
    }
  },
  'throws an Error for a second answer': class extends Wrapper {
    override async accept(options?: OpeningAccept) {
      if (this.isAnswered) throw new Error('answered');
      return await super.accept(options);
    }
  },
  'drops the connection at a second answer': class extends Wrapper {
    override accept(options?: OpeningAccept) {
      if (this.isAnswered) queueMicrotask(() => super.drop());
      return super.accept(options);
    }
  },
  'accepts clients that have gone': class extends Wrapper {
    override accept(options?: OpeningAccept) {
      const wasAnswered = this.isAnswered;
      return super.accept(options).catch(error => {
        if (wasAnswered || !this.isAnswered) throw error;
        return new TransportWrapper({} as MessageTransport);
      });
    }
  },
  'loses what came before the listener': class extends Wrapper {
    override async accept(options?: OpeningAccept) {
      return new Forgetful(await super.accept(options));
    }
  },
  'rejects with another status': class extends Wrapper {
    override reject(status: number, options?: OpeningReject) {
      return super.reject(status === 404 ? 400 : status, options);
    }
  },
  'rejects without a body': class extends Wrapper {
    override async reject(status: number, options: OpeningReject = {}) {
      await super.reject(status, { ...options, body: typeof options.body === 'number' ? options.body : null });
    }
  },
  'rejects with a body in latin1': class extends Wrapper {
    override reject(status: number, options: OpeningReject = {}) {
      const { body } = options;
      if (typeof body !== 'string') return super.reject(status, options);
      return super.reject(status, { ...options, body: Uint8Array.from(body, letter => letter.charCodeAt(0)) });
    }
  },
  'rejects without headers': class extends Wrapper {
    override reject(status: number, options: OpeningReject = {}) {
      return super.reject(status, { ...options, headers: null });
    }
  },
  'rejects with 200': class extends Wrapper {
    override async reject(status: number, options?: OpeningReject) {
      if (status === 200) return;
      await super.reject(status, options);
    }
  },
  'rejects with a body that is none': class extends Wrapper {
    override reject(status: number, options: OpeningReject = {}) {
      const { body } = options;
      return super.reject(status, { ...options, body: typeof body === 'string' ? body : new Uint8Array(body ?? []) });
    }
  },
  'never comes to the end of a rejection': class extends Wrapper {
    override async reject(status: number, options?: OpeningReject) {
      await super.reject(status, options);
      await new Promise(() => {});
    }
  },
  'cannot be dropped': class extends Wrapper {
    override drop() {}
  },
  'cannot be dropped once it was accepted': class extends Wrapper {
    override drop() {
      if (!this.isAnswered) super.drop();
    }
  },
  'answers when it is dropped': class extends Wrapper {
    override drop() {
      if (this.isAnswered) super.drop();
      else super.reject(500);
    }
  },
  'cannot be dropped twice': class extends Wrapper {
    #isDropped = false;
    override drop() {
      if (this.#isDropped) throw new Error('dropped');
      this.#isDropped = true;
      super.drop();
    }
  },
};

/** Headers without what follows a line break in their values. */
function cutLines(headers: OpeningAccept['headers']): OpeningAccept['headers'] {
  if (typeof headers !== 'object' || headers === null) return headers;
  const cut = (value: unknown) => (typeof value === 'string' ? value.replace(/[\r\n].*/s, '') : value);
  const lines = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(cut) : cut(value),
  ]);
  return Object.fromEntries(lines);
}
