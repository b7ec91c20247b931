// HELLO, WELCOME, ABORT, GOODBYE: joining a realm and leaving it.

import {
  anyValue,
  checkLength,
  isBoolean,
  isDictOrNull,
  isId,
  isListOfTexts,
  isText,
  isTextOrNull,
  type OptionRows,
  optionRows,
  type RawMessage,
  readId,
  readOptions,
  readRealm,
  readUri,
} from '../checks.ts';
import { CloseUri } from '../error-uris.ts';
import { type Kwargs, ProtocolError } from '../errors.ts';
import { MessageType, WampMessage } from './message.ts';
import { CLIENT_ROLES, ROUTER_ROLES, type Roles, readRoles } from './roles.ts';

/** Details of {@link Hello}. Two of the keys have hyphens. */
export interface HelloDetails {
  readonly roles: Roles;
  readonly authmethods?: readonly string[];
  readonly authid?: string;
  readonly authrole?: string;
  readonly authextra?: Kwargs | null;
  readonly resumable?: boolean;
  readonly 'resume-session'?: number;
  readonly 'resume-token'?: string;
}

const HELLO_ROWS: OptionRows = /* @__PURE__ */ optionRows({
  roles: anyValue,
  authmethods: isListOfTexts,
  authid: isText,
  authrole: isText,
  authextra: isDictOrNull,
  resumable: isBoolean,
  'resume-session': isId,
  'resume-token': isText,
});

/** A client asks to join a realm: `[1, realm, details]`. */
export class Hello extends WampMessage {
  readonly messageType: typeof MessageType.HELLO = MessageType.HELLO;
  /** `null`: the router may choose. */
  readonly realm: string | null;
  readonly details: HelloDetails;

  constructor(realm: string | null, details: HelloDetails) {
    super();
    this.realm = realm;
    this.details = details;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Hello {
    checkLength('HELLO', raw, 3);
    const realm = raw[1] === null ? null : readRealm('HELLO.Realm', raw[1]);
    const details = readOptions<HelloDetails>('HELLO.Details', raw[2], HELLO_ROWS);
    readRoles('HELLO.Details.roles', details.roles, CLIENT_ROLES);
    if (details['resume-session'] !== undefined && details['resume-token'] === undefined) {
      throw new ProtocolError('HELLO.Details has resume-session without resume-token');
    }
    return new Hello(realm, details);
  }

  marshal(): unknown[] {
    return [MessageType.HELLO, this.realm, this.details];
  }
}

/** Details of {@link Welcome}; keys that begin with `x_` are the router's own. */
export interface WelcomeDetails {
  readonly roles: Roles;
  readonly realm?: string;
  readonly authid?: string | null;
  readonly authrole?: string | null;
  readonly authmethod?: string | null;
  readonly authprovider?: string | null;
  readonly authextra?: Kwargs | null;
  readonly resumed?: boolean;
  readonly resumable?: boolean;
  readonly resume_token?: string;
  readonly [custom: `x_${string}`]: unknown;
}

const WELCOME_ROWS: OptionRows = /* @__PURE__ */ optionRows({
  realm: isText,
  authid: isTextOrNull,
  authrole: isTextOrNull,
  authmethod: isTextOrNull,
  authprovider: isTextOrNull,
  authextra: isDictOrNull,
  resumed: isBoolean,
  resumable: isBoolean,
  resume_token: isText,
  roles: anyValue,
});

/** The client has joined: `[2, session, details]`. */
export class Welcome extends WampMessage {
  readonly messageType: typeof MessageType.WELCOME = MessageType.WELCOME;
  readonly session: number;
  readonly details: WelcomeDetails;

  constructor(session: number, details: WelcomeDetails) {
    super();
    this.session = session;
    this.details = details;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Welcome {
    checkLength('WELCOME', raw, 3);
    const session = readId('WELCOME.Session', raw[1]);
    const details = readOptions<WelcomeDetails>('WELCOME.Details', raw[2], WELCOME_ROWS);
    readRoles('WELCOME.Details.roles', details.roles, ROUTER_ROLES);
    return new Welcome(session, details);
  }

  marshal(): unknown[] {
    return [MessageType.WELCOME, this.session, this.details];
  }
}

/** Details of {@link Abort}. */
export interface AbortDetails {
  readonly message?: string;
}

const ABORT_ROWS: OptionRows = /* @__PURE__ */ optionRows({ message: isText });

/** There will be no session: `[3, details, reason]`. */
export class Abort extends WampMessage {
  readonly messageType: typeof MessageType.ABORT = MessageType.ABORT;
  readonly details: AbortDetails;
  readonly reason: string;

  constructor(details: AbortDetails, reason: string) {
    super();
    this.details = details;
    this.reason = reason;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Abort {
    checkLength('ABORT', raw, 3);
    return new Abort(readOptions('ABORT.Details', raw[1], ABORT_ROWS), readUri('ABORT.Reason', raw[2]));
  }

  marshal(): unknown[] {
    return [MessageType.ABORT, this.details, this.reason];
  }
}

/** Details of {@link Goodbye}. */
export interface GoodbyeDetails {
  readonly message?: string;
  readonly resumable?: boolean;
}

const GOODBYE_ROWS: OptionRows = /* @__PURE__ */ optionRows({ message: isText, resumable: isBoolean });

/** The session ends; answered by another: `[6, details, reason]`. */
export class Goodbye extends WampMessage {
  readonly messageType: typeof MessageType.GOODBYE = MessageType.GOODBYE;
  readonly details: GoodbyeDetails;
  readonly reason: string;

  constructor(details: GoodbyeDetails = {}, reason: string = CloseUri.normal) {
    super();
    this.details = details;
    this.reason = reason;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Goodbye {
    checkLength('GOODBYE', raw, 3);
    return new Goodbye(readOptions('GOODBYE.Details', raw[1], GOODBYE_ROWS), readUri('GOODBYE.Reason', raw[2]));
  }

  marshal(): unknown[] {
    return [MessageType.GOODBYE, this.details, this.reason];
  }
}
