/** Cryptosign: authentication by a key pair (Ed25519). */

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeText } from '@ws/util/primitives';
import type { AuthChallenge, AuthGrant, AuthRequest } from '../router/authentication.ts';
import type { IAuthenticator } from './authenticator.ts';

const METHOD = 'cryptosign';
const CHALLENGE_SIZE = 32;
const SIGNATURE_SIZE = 64;

/** Authentication of a client by its private key: 32 bytes, or their 64 hexadecimal digits. @throws TypeError, RangeError */
export function cryptosignAuth(privateKey: Uint8Array | string): IAuthenticator {
  const key = bytesOf('the private key', privateKey, 32);
  const pubkey = toHex(ed25519.getPublicKey(key));
  return {
    method: METHOD,
    authextra: { pubkey, channel_binding: null },
    onChallenge({ extra }) {
      const challenge = bytesOf('the challenge', extra.challenge, CHALLENGE_SIZE);
      return toHex(ed25519.sign(challenge, key)) + toHex(challenge);
    },
  };
}

/** The public key of a private one, as hexadecimal digits. */
export function cryptosignPublicKey(privateKey: Uint8Array | string): string {
  return toHex(ed25519.getPublicKey(bytesOf('the private key', privateKey, 32)));
}

/** What a key proves. */
export interface CryptosignUser extends AuthGrant {
  /** 64 hexadecimal digits. */
  readonly publicKey: string;
}

/** Asks a client to prove that it has the private key. */
export function cryptosignChallenge(request: AuthRequest, { publicKey, ...grant }: CryptosignUser): AuthChallenge {
  const key = bytesOf('the public key', publicKey, 32);
  const challenge = sha256(encodeText(`${request.nonce} ${request.session}`));
  return {
    method: METHOD,
    extra: { challenge: toHex(challenge), channel_binding: null },
    verify(signature) {
      const signed = parseHex(signature);
      if (signed?.length !== SIGNATURE_SIZE + CHALLENGE_SIZE || !signature.endsWith(toHex(challenge))) return null;
      return ed25519.verify(signed.subarray(0, SIGNATURE_SIZE), challenge, key) ? grant : null;
    },
  };
}

function bytesOf(what: string, value: unknown, length: number): Uint8Array {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) throw new TypeError(`${what} must be bytes or hex`);
  const bytes = typeof value === 'string' ? parseHex(value) : value;
  if (bytes?.length !== length) throw new RangeError(`${what} must be ${length} bytes`);
  return bytes;
}

function parseHex(text: string): Uint8Array | null {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
