/** WAMP-CRA: authentication by a shared secret that does not travel (HMAC-SHA256). */

import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64, encodeText } from '@ws/util/primitives';
import { type AuthChallenge, type AuthGrant, type AuthRequest, equalTexts } from '../router/authentication.ts';
import type { IAuthenticator } from './authenticator.ts';

const METHOD = 'wampcra';
const ITERATIONS = 1000;
const KEY_LENGTH = 32;
/** What SHA-256 gives at a time: so much of a key costs all the iterations once. */
const HASH_LENGTH = 32;
/** A router has no business keeping a client busy for minutes. */
const MAX_ITERATIONS = 1_000_000;

/** How a secret is made into a key, where it is salted. */
export interface SaltParameters {
  readonly salt: string;
  /** Default 1000. */
  readonly iterations?: number | undefined;
  /** Bytes. Default 32. */
  readonly keylen?: number | undefined;
}

/** The key that a salted secret gives: what a router keeps instead of the secret. In base64. */
export function deriveKey(
  secret: string,
  { salt, iterations = ITERATIONS, keylen = KEY_LENGTH }: SaltParameters,
): string {
  return encodeBase64(pbkdf2(sha256, encodeText(secret), encodeText(salt), { c: iterations, dkLen: keylen }));
}

/** The signature of a challenge, in base64. */
export function signChallenge(key: string, challenge: string): string {
  return encodeBase64(hmac(sha256, encodeText(key), encodeText(challenge)));
}

/** Authentication of a client by a secret. */
export function wampCraAuth(secret: string): IAuthenticator {
  return {
    method: METHOD,
    onChallenge({ extra }) {
      const { challenge, salt } = extra;
      if (typeof challenge !== 'string') throw new TypeError('the challenge is no text');
      if (typeof salt !== 'string') return signChallenge(secret, challenge);
      const iterations = extra.iterations ?? ITERATIONS;
      const keylen = extra.keylen ?? KEY_LENGTH;
      if (!isPositiveInteger(iterations) || !isPositiveInteger(keylen)) {
        throw new RangeError('iterations and keylen must be integers above 0');
      }
      const count = iterations * Math.ceil(keylen / HASH_LENGTH);
      if (count > MAX_ITERATIONS) throw new RangeError(`${count} iterations are too many`);
      return signChallenge(deriveKey(secret, { salt, iterations, keylen }), challenge);
    },
  };
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

/** What a secret proves. */
export interface WampCraUser extends AuthGrant, Partial<SaltParameters> {
  /** The secret; with a salt, what {@link deriveKey} made of it. */
  readonly secret: string;
}

/**
 * Asks a client to prove that it knows a secret.
 *
 * @example
 * authenticate: request => (request.authid === 'joe' ? wampCraChallenge(request, { secret, authrole: 'user' }) : null)
 */
export function wampCraChallenge(request: AuthRequest, user: WampCraUser): AuthChallenge {
  const { secret, salt, iterations = ITERATIONS, keylen = KEY_LENGTH, ...grant } = user;
  const challenge = JSON.stringify({
    authid: grant.authid ?? request.authid,
    authrole: grant.authrole ?? 'anonymous',
    authmethod: METHOD,
    authprovider: grant.authprovider ?? 'static',
    session: request.session,
    nonce: request.nonce,
  });
  return {
    method: METHOD,
    extra: salt === undefined ? { challenge } : { challenge, salt, iterations, keylen },
    verify: signature => (equalTexts(signature, signChallenge(secret, challenge)) ? grant : null),
  };
}
