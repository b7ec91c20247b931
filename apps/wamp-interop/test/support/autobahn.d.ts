// What the tests use of Autobahn|JS, which has no types of its own.
declare module 'autobahn' {
  type Kwargs = Record<string, unknown>;

  interface Result {
    readonly args: unknown[];
    readonly kwargs: Kwargs;
  }

  interface Session {
    readonly id: number;
    readonly isOpen: boolean;
    call(procedure: string, args?: unknown[] | null, kwargs?: Kwargs | null, options?: object): Promise<unknown>;
    register(
      procedure: string,
      endpoint: (args: unknown[], kwargs: Kwargs, details: InvocationDetails) => unknown,
      options?: object,
    ): Promise<{ readonly id: number; unregister(): Promise<void> }>;
    publish(topic: string, args?: unknown[] | null, kwargs?: Kwargs | null, options?: object): Promise<unknown>;
    subscribe(
      topic: string,
      handler: (
        args: unknown[],
        kwargs: Kwargs,
        details: { readonly topic?: string; readonly publisher?: number },
      ) => void,
      options?: object,
    ): Promise<{ readonly id: number; unsubscribe(): Promise<void> }>;
  }

  interface InvocationDetails {
    readonly progress?: (args: unknown[], kwargs?: Kwargs) => void;
    readonly caller?: number;
    readonly procedure?: string;
  }

  interface ConnectionOptions {
    readonly url: string;
    readonly realm: string;
    readonly max_retries?: number;
    readonly serializers?: readonly object[];
    readonly authmethods?: readonly string[];
    readonly authid?: string;
    readonly authextra?: object;
    readonly onchallenge?: (session: Session, method: string, extra: Record<string, never>) => unknown;
  }

  class Connection {
    constructor(options: ConnectionOptions);
    onopen: (session: Session, details: Kwargs) => void;
    onclose: (reason: string, details: Kwargs) => boolean;
    open(): void;
    close(reason?: string): void;
  }

  const autobahn: {
    readonly Connection: typeof Connection;
    readonly Result: new (args?: unknown[], kwargs?: Kwargs) => Result;
    readonly Error: new (error: string, args?: unknown[], kwargs?: Kwargs) => object;
    readonly auth_cra: { sign(key: string, challenge: string): string; derive_key(...args: unknown[]): string };
    readonly auth_cryptosign: { sign_challenge(pair: { secretKey: Uint8Array }, extra: object): string };
    readonly serializer: {
      readonly JSONSerializer: new () => object;
      readonly MsgpackSerializer: new () => object;
      readonly CBORSerializer: new () => object;
    };
  };
  export default autobahn;
  export type { Session };
}
