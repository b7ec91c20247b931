// CHALLENGE, AUTHENTICATE: who is it?

import { checkLength, type RawMessage, readDict, readText } from '../checks.ts';
import type { Kwargs } from '../errors.ts';
import { MessageType, WampMessage } from './message.ts';

/** The router wants proof: `[4, method, extra]`. */
export class Challenge extends WampMessage {
  readonly messageType: typeof MessageType.CHALLENGE = MessageType.CHALLENGE;
  /** Such as `wampcra`. */
  readonly method: string;
  readonly extra: Kwargs;

  constructor(method: string, extra: Kwargs = {}) {
    super();
    this.method = method;
    this.extra = extra;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Challenge {
    checkLength('CHALLENGE', raw, 3);
    return new Challenge(readText('CHALLENGE.AuthMethod', raw[1]), readDict('CHALLENGE.Extra', raw[2]));
  }

  marshal(): unknown[] {
    return [MessageType.CHALLENGE, this.method, this.extra];
  }
}

/** The client's proof: `[5, signature, extra]`. */
export class Authenticate extends WampMessage {
  readonly messageType: typeof MessageType.AUTHENTICATE = MessageType.AUTHENTICATE;
  readonly signature: string;
  readonly extra: Kwargs;

  constructor(signature: string, extra: Kwargs = {}) {
    super();
    this.signature = signature;
    this.extra = extra;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Authenticate {
    checkLength('AUTHENTICATE', raw, 3);
    return new Authenticate(readText('AUTHENTICATE.Signature', raw[1]), readDict('AUTHENTICATE.Extra', raw[2]));
  }

  marshal(): unknown[] {
    return [MessageType.AUTHENTICATE, this.signature, this.extra];
  }
}
