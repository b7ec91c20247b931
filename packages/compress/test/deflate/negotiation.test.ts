// Every offer against every acceptor, and every answer against every offer of ours (RFC 7692, 7.1). What is right is
// said by `support/rules.ts`, which knows nothing of the sources.
import { describe, expect, test } from 'vitest';
import {
  acceptDeflate,
  type DeflateOfferAcceptFields,
  type DeflateOwnDirection,
  deflateExtension,
  offerDeflate,
  PerMessageDeflateOffer,
  PerMessageDeflateOfferAccept,
  type PerMessageDeflateResponse,
  PerMessageDeflateResponseAccept,
} from '../../src/deflate/index.ts';
import {
  ALL_BITS,
  agreement,
  brokenRule,
  combinations,
  type Parameters,
  paramsOf,
  readParameters,
} from '../support/rules.ts';

const BITS_OR_NULL = [null, ...ALL_BITS];
const EITHER = [false, true];

const offers: readonly Parameters[] = combinations<Parameters>({
  serverNoTakeover: EITHER,
  clientNoTakeover: EITHER,
  serverBits: BITS_OR_NULL,
  clientBits: [null, true, ...ALL_BITS],
});

const ownDirections = combinations<Required<Pick<DeflateOwnDirection, 'noContextTakeover' | 'windowBits'>>>({
  noContextTakeover: [null, false, true],
  windowBits: BITS_OR_NULL,
});

/** What a server can wish of clients, and how it goes about its own direction. */
const acceptors = combinations<
  Required<Pick<DeflateOfferAcceptFields, 'requestNoContextTakeover' | 'requestMaxWindowBits'>>
>({ requestNoContextTakeover: EITHER, requestMaxWindowBits: [0, ...ALL_BITS] }).flatMap(wishes =>
  ownDirections.map(own => ({ ...wishes, ...own })),
);

type Acceptor = (typeof acceptors)[number];

const read = new Map<string, Parameters>();

/** There are few different answers to many offers. */
function readAnswer(text: string): Parameters {
  const known = read.get(text) ?? readParameters(text);
  read.set(text, known);
  return known;
}

/** What is wrong with this answer to this offer: a rule that it breaks, or a wish that it could have fulfilled. */
function faultOf(offer: Parameters, wishes: Acceptor, accept: PerMessageDeflateOfferAccept): string | null {
  const answer = readAnswer(accept.getExtensionString());
  const broken = brokenRule(offer, answer);
  if (broken !== null) return `breaks ${broken}`;
  const noTakeover = wishes.requestNoContextTakeover || offer.clientNoTakeover;
  if (answer.clientNoTakeover !== noTakeover) return 'the takeover of the client is not as wished and offered';
  const highest = offer.clientBits === true ? 15 : offer.clientBits;
  const wished = wishes.requestMaxWindowBits || null;
  if (answer.clientBits !== (wished && highest && Math.min(wished, highest))) return 'the window is not as wished';

  const agreed = agreement(offer, answer);
  const runs = accept.createCompression({});
  if (runs.serverMaxWindowBits !== Math.min(wishes.windowBits ?? 15, agreed.serverBits)) return 'our window';
  if (runs.serverNoContextTakeover !== (!agreed.serverTakeover || wishes.noContextTakeover === true))
    return 'our takeover';
  if (runs.clientMaxWindowBits < agreed.clientBits) return 'no room for what the client may send';
  return runs.clientNoContextTakeover && agreed.clientTakeover ? 'no context for what the client may send' : null;
}

describe('a server answers by the rules', () => {
  test('with acceptDeflate: each of 360 offers in each of 486 ways', () => {
    expect([offers.length, acceptors.length]).toEqual([360, 486]);
    const parsed = offers.map(offer => [offer, deflateExtension.parseOffer(paramsOf(offer))] as const);
    const faults: string[] = [];
    for (const wishes of acceptors) {
      const accept = acceptDeflate(wishes);
      for (const [offer, read] of parsed) {
        const fault = faultOf(offer, wishes, accept([read]) as PerMessageDeflateOfferAccept);
        if (fault !== null) faults.push(`${fault}: ${JSON.stringify({ offer, wishes })}`);
      }
    }
    expect(faults.slice(0, 5)).toEqual([]);
  });

  test('with the class, which refuses what the client rules out', () => {
    const parsed = offers.map(offer => [offer, PerMessageDeflateOffer.parse(paramsOf(offer))] as const);
    const faults: string[] = [];
    let refused = 0;
    for (const wishes of acceptors) {
      for (const [offer, read] of parsed) {
        const isRuledOut =
          (wishes.requestMaxWindowBits !== 0 && offer.clientBits === null) ||
          (wishes.noContextTakeover === false && offer.serverNoTakeover) ||
          (wishes.windowBits ?? 0) > (offer.serverBits ?? 15);
        // A new Error each is slow: of those that are refused every 7th is tried.
        if (isRuledOut && ++refused % 7 !== 0) continue;
        try {
          const accept = new PerMessageDeflateOfferAccept(read, wishes);
          const fault = isRuledOut ? 'taken' : faultOf(offer, wishes, accept);
          if (fault !== null) faults.push(`${fault}: ${JSON.stringify({ offer, wishes })}`);
        } catch (error) {
          if (!isRuledOut || !(error instanceof RangeError))
            faults.push(`${error}: ${JSON.stringify({ offer, wishes })}`);
        }
      }
    }
    expect(faults.slice(0, 5)).toEqual([]);
  });
});

/** What our clients can offer. */
const ourOffers = combinations<{
  acceptNoContextTakeover: boolean;
  acceptMaxWindowBits: boolean;
  requestNoContextTakeover: boolean;
  requestMaxWindowBits: number;
}>({
  acceptNoContextTakeover: EITHER,
  acceptMaxWindowBits: EITHER,
  requestNoContextTakeover: EITHER,
  requestMaxWindowBits: [0, ...ALL_BITS],
});

/** What a server can answer, also what it must not. */
const answers = offers;

/** Each offer of ours, and the answers to it that are read, by what our own offer reads of them. */
function* acceptedAnswers(faults: string[]) {
  for (const fields of ourOffers) {
    const made = offerDeflate(fields);
    const offer = readParameters(made.getExtensionString());
    for (const answer of answers) {
      const broken = brokenRule(offer, answer);
      let response: PerMessageDeflateResponse | null = null;
      try {
        response = deflateExtension.parseResponse(paramsOf(answer), made) as PerMessageDeflateResponse;
      } catch {}
      if ((response === null) !== (broken !== null)) faults.push(`${broken}: ${JSON.stringify({ offer, answer })}`);
      if (response !== null) yield { fields, made, offer, answer, response };
    }
  }
}

describe('a client takes answers by the rules', () => {
  test('72 offers, 360 answers to each: what breaks no rule is taken, and kept to', () => {
    expect([ourOffers.length, answers.length]).toEqual([72, 360]);
    const faults: string[] = [];
    for (const { made, offer, answer, response } of acceptedAnswers(faults)) {
      const agreed = agreement(offer, answer);
      const runs = made.acceptResponse?.(response)?.createCompression({}).toJSON?.() ?? {};
      const expected = {
        serverNoContextTakeover: !agreed.serverTakeover,
        clientNoContextTakeover: !agreed.clientTakeover,
        serverMaxWindowBits: agreed.serverBits,
        clientMaxWindowBits: agreed.clientBits,
      };
      for (const [name, value] of Object.entries(expected))
        if (runs[name] !== value) faults.push(`${name}: ${JSON.stringify({ offer, answer, runs })}`);
    }
    expect(faults.slice(0, 5)).toEqual([]);
  });

  test('our own direction stays within what the server asks, or is refused by the class', () => {
    const faults: string[] = [];
    const acceptResponses = ownDirections.map(own => [own, acceptDeflate(own)] as const);
    for (const { offer, answer, response } of acceptedAnswers(faults)) {
      // The offer plays no part in these: one is enough.
      if (offer.serverNoTakeover || offer.serverBits !== null || offer.clientNoTakeover || !offer.clientBits) continue;
      const most = (answer.clientBits ?? 15) as number;
      for (const [own, accept] of acceptResponses) {
        const ready = (accept(response) as PerMessageDeflateResponseAccept).createCompression({});
        if (ready.clientMaxWindowBits !== Math.min(own.windowBits ?? 15, most)) faults.push(`window of ${ready}`);
        if (ready.clientNoContextTakeover !== (answer.clientNoTakeover || own.noContextTakeover === true))
          faults.push(`takeover of ${ready}`);
        const isRuledOut = (own.windowBits ?? 0) > most || (own.noContextTakeover === false && answer.clientNoTakeover);
        try {
          const runs = new PerMessageDeflateResponseAccept(response, own).createCompression({});
          if (isRuledOut || String(runs) !== String(ready)) faults.push(`${runs} is not ${ready}`);
        } catch (error) {
          if (!isRuledOut || !(error instanceof RangeError))
            faults.push(`${error}: ${JSON.stringify({ answer, own })}`);
        }
      }
    }
    expect(faults.slice(0, 5)).toEqual([]);
  });
});
