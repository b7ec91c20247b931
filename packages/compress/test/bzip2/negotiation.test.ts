// Every offer against every acceptor, and every answer against every offer, by the rules of the reference: a level that
// was asked for is confirmed and kept to, and a client is asked for one only if it offered that.
import { describe, expect, test } from 'vitest';
import {
  acceptBzip2,
  bzip2Extension,
  offerBzip2,
  PerMessageBzip2Offer,
  PerMessageBzip2OfferAccept,
  type PerMessageBzip2Response,
} from '../../src/bzip2/index.ts';
import { combinations } from '../support/rules.ts';

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const LEVELS_OR_NULL = [null, ...LEVELS];

/** The parameters of an offer or an answer; `true`: without a value, `null`: absent. */
interface Parameters {
  readonly server: number | null;
  readonly client: number | true | null;
}

const offers = combinations<Parameters>({ server: LEVELS_OR_NULL, client: [null, true] });
const answers = combinations<Parameters>({ server: LEVELS_OR_NULL, client: [true, ...LEVELS_OR_NULL] });

function paramsOf({ server, client }: Parameters): Record<string, (string | true)[]> {
  return {
    ...(server === null ? {} : { server_max_compress_level: [String(server)] }),
    ...(client === null ? {} : { client_max_compress_level: [client === true || String(client)] }),
  };
}

function isRight(offer: Parameters, answer: Parameters): boolean {
  const isKept = offer.server === null || (answer.server !== null && answer.server <= offer.server);
  return isKept && (answer.client === null || (offer.client !== null && answer.client !== true));
}

function readAnswer(text: string): Parameters {
  const values = new Map(text.split('; ').map(part => part.split('=') as [string, string]));
  const level = (name: string): number | null => (values.has(name) ? Number(values.get(name)) : null);
  return { server: level('server_max_compress_level'), client: level('client_max_compress_level') };
}

describe('a server', () => {
  test.each(offers)('answers an offer of $server and $client by the rules, whatever it wishes', offer => {
    const parsed = PerMessageBzip2Offer.parse(paramsOf(offer));
    for (const wish of [0, ...LEVELS]) {
      for (const compressLevel of LEVELS_OR_NULL) {
        const fields = { requestMaxCompressLevel: wish, compressLevel };
        const accept = acceptBzip2(fields)([parsed]) as PerMessageBzip2OfferAccept;
        const answer = readAnswer(accept.getExtensionString());
        expect(isRight(offer, answer)).toBe(true);
        expect(answer.client).toBe(offer.client === null ? null : wish || null);
        expect(accept.createCompression({})).toMatchObject({
          serverMaxCompressLevel: Math.min(compressLevel ?? 9, offer.server ?? 9),
          clientMaxCompressLevel: answer.client ?? 9,
        });
        const isRuledOut = (wish !== 0 && offer.client === null) || (compressLevel ?? 0) > (offer.server ?? 9);
        const byClass = (): string => new PerMessageBzip2OfferAccept(parsed, fields).getExtensionString();
        if (isRuledOut) expect(byClass).toThrow(RangeError);
        else expect(byClass()).toBe(accept.getExtensionString());
      }
    }
  });
  test.each(LEVELS)('declines an offer that names a level for the client itself: %i', level => {
    expect(() => PerMessageBzip2Offer.parse({ client_max_compress_level: [String(level)] })).toThrow(
      expect.objectContaining({ code: 'ERR_COMPRESSION_PARAMETER' }),
    );
  });
});

describe('a client', () => {
  test.each(offers)('that offered $server and $client takes what answers that, and keeps to it', offer => {
    const made = offerBzip2({
      acceptMaxCompressLevel: offer.client !== null,
      requestMaxCompressLevel: offer.server ?? 0,
    });
    for (const answer of answers) {
      const parse = () => bzip2Extension.parseResponse(paramsOf(answer), made) as PerMessageBzip2Response;
      if (!isRight(offer, answer)) {
        expect(parse).toThrow();
        continue;
      }
      expect(made.acceptResponse?.(parse())?.createCompression({})).toMatchObject({
        serverMaxCompressLevel: answer.server ?? 9,
        clientMaxCompressLevel: answer.client ?? 9,
      });
    }
  });
});
