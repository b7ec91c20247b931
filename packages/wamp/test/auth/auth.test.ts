import { describe, expect, test } from 'vitest';
import { cryptosignAuth, cryptosignChallenge, cryptosignPublicKey } from '../../src/auth/cryptosign.ts';
import { deriveKey, signChallenge, wampCraAuth, wampCraChallenge } from '../../src/auth/wampcra.ts';
import { Challenge } from '../../src/index.ts';
import { type AuthRequest, equalTexts } from '../../src/router/authentication.ts';

const request = { session: 7, nonce: 'nonce', authid: 'joe' } as AuthRequest;

describe('WAMP-CRA', () => {
  // From the test vectors of RFC 4231 (2) and RFC 7914 (11): HMAC-SHA256 and PBKDF2-HMAC-SHA256.
  test('signs by HMAC-SHA256', () => {
    expect(Buffer.from(signChallenge('Jefe', 'what do ya want for nothing?'), 'base64').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  test('derives keys by PBKDF2', () => {
    const key = deriveKey('passwd', { salt: 'salt', iterations: 1, keylen: 64 });
    expect(Buffer.from(key, 'base64').toString('hex').slice(0, 32)).toBe('55ac046e56e3089fec1691c22544b605');
  });

  test('a challenge is good for one request, and for who knows the secret', () => {
    const challenge = wampCraChallenge(request, { secret: 'secret', authrole: 'user' });
    const { extra = {} } = challenge;
    expect(JSON.parse(extra['challenge'] as string)).toMatchObject({ session: 7, nonce: 'nonce', authid: 'joe' });
    const answer = (secret: string) => wampCraAuth(secret).onChallenge(new Challenge('wampcra', extra)) as string;
    expect(challenge.verify(answer('secret'), {})).toEqual({ authrole: 'user' });
    expect(challenge.verify(answer('other'), {})).toBe(null);
    const next = wampCraChallenge({ ...request, nonce: 'another' }, { secret: 'secret' });
    expect(next.verify(answer('secret'), {})).toBe(null);
  });

  test('a router cannot keep a client busy for long', () => {
    const extra = { challenge: 'x', salt: 's', iterations: 2 ** 40 };
    expect(() => wampCraAuth('x').onChallenge(new Challenge('wampcra', extra))).toThrow('iterations are too many');
    expect(() => wampCraAuth('x').onChallenge(new Challenge('wampcra', {}))).toThrow(TypeError);
  });

  test.each([
    { iterations: 1000, keylen: 32_001 },
    { iterations: 1, keylen: 2 ** 40 },
    { iterations: 500_001, keylen: 33 },
  ])('neither by long keys: $iterations iterations, $keylen bytes', more => {
    const extra = { challenge: 'x', salt: 's', ...more };
    expect(() => wampCraAuth('x').onChallenge(new Challenge('wampcra', extra))).toThrow('iterations are too many');
  });

  test.each([{ iterations: 0 }, { iterations: 1.5 }, { iterations: '9' }, { keylen: -1 }, { keylen: NaN }])(
    'nor by numbers that are none: %j',
    more => {
      const extra = { challenge: 'x', salt: 's', ...more };
      expect(() => wampCraAuth('x').onChallenge(new Challenge('wampcra', extra))).toThrow('integers above 0');
    },
  );

  test('what a challenge leaves out is 1000 iterations, 32 bytes', () => {
    const challenge = { challenge: 'x', salt: 's' };
    const answers = [{}, { iterations: null, keylen: null }, { iterations: 1000, keylen: 32 }].map(more =>
      wampCraAuth('x').onChallenge(new Challenge('wampcra', { ...challenge, ...more })),
    );
    expect(new Set(answers).size).toBe(1);
  });
});

describe('cryptosign', () => {
  // RFC 8032, 7.1, test 1.
  const privateKey = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

  test('has the public key of a private one', () => {
    expect(cryptosignPublicKey(privateKey)).toBe(publicKey);
    expect(cryptosignAuth(Buffer.from(privateKey, 'hex')).authextra).toEqual({
      pubkey: publicKey,
      channel_binding: null,
    });
  });

  test('an answer is the signature and the challenge', () => {
    const challenge = cryptosignChallenge(request, { publicKey, authrole: 'user' });
    const answer = cryptosignAuth(privateKey).onChallenge(new Challenge('cryptosign', challenge.extra)) as string;
    expect(answer).toMatch(/^[0-9a-f]{192}$/);
    expect(challenge.verify(answer, {})).toEqual({ authrole: 'user' });
    for (const wrong of ['', 'xyz', answer.slice(2), `00${answer.slice(2)}`, `${answer.slice(0, -2)}00`]) {
      expect(challenge.verify(wrong, {})).toBe(null);
    }
  });

  test.each(['', 'xyz', '00', 7 as never])('%j is no key', key => {
    expect(() => cryptosignAuth(key)).toThrow(/private key/);
    expect(() => cryptosignChallenge(request, { publicKey: key })).toThrow(/public key/);
  });
});

test.each([
  ['a', 'a', true],
  ['', '', true],
  ['a', 'b', false],
  ['a', 'aa', false],
  ['aa', 'a', false],
  ['a', '', false],
])('equalTexts(%j, %j) is %j', (a, b, isEqual) => {
  expect(equalTexts(a, b)).toBe(isEqual);
});
