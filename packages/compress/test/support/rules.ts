// The rules of RFC 7692, 7.1, written down a second time: from its text, and without anything of `src`.

/** The four parameters as they stand in a header; `null`: absent. */
export interface Parameters {
  readonly serverNoTakeover: boolean;
  readonly clientNoTakeover: boolean;
  readonly serverBits: number | null;
  /** `true`: the parameter stands there without a value, which it may in an offer. */
  readonly clientBits: number | true | null;
}

/** What each sender has to keep to. */
export interface Agreement {
  readonly serverTakeover: boolean;
  readonly clientTakeover: boolean;
  readonly serverBits: number;
  readonly clientBits: number;
}

/** The parameters by name, as the parser of the header gives them. */
export function paramsOf(parameters: Parameters): Record<string, (string | true)[]> {
  const { serverNoTakeover, clientNoTakeover, serverBits, clientBits } = parameters;
  const params: Record<string, (string | true)[]> = {};
  if (serverNoTakeover) params.server_no_context_takeover = [true];
  if (clientNoTakeover) params.client_no_context_takeover = [true];
  if (serverBits !== null) params.server_max_window_bits = [String(serverBits)];
  if (clientBits !== null) params.client_max_window_bits = [clientBits === true ? true : String(clientBits)];
  return params;
}

/** Reads an element of `Sec-WebSocket-Extensions`; anything but permessage-deflate and its parameters throws. */
export function readParameters(text: string): Parameters {
  const [name, ...parts] = text.split(/; ?/);
  if (name !== 'permessage-deflate') throw new Error(`not permessage-deflate: ${text}`);
  const values = new Map(parts.map(part => part.split('=') as [string, string | undefined]));
  if (values.size !== parts.length) throw new Error(`a parameter stands twice: ${text}`);
  const flag = (key: string): boolean => values.has(key) && values.get(key) === undefined;
  const bits = (key: string): number | true | null => {
    if (!values.has(key)) return null;
    const value = values.get(key);
    return value === undefined ? true : Number(value);
  };
  const serverBits = bits('server_max_window_bits');
  if (serverBits === true) throw new Error(`no value: ${text}`);
  const known = ['server', 'client'].flatMap(side => [`${side}_no_context_takeover`, `${side}_max_window_bits`]);
  for (const key of values.keys()) if (!known.includes(key)) throw new Error(`unknown: ${text}`);
  return {
    serverNoTakeover: flag('server_no_context_takeover'),
    clientNoTakeover: flag('client_no_context_takeover'),
    serverBits,
    clientBits: bits('client_max_window_bits'),
  };
}

/** The section that an answer to this offer breaks; `null`: none. */
export function brokenRule(offer: Parameters, answer: Parameters): string | null {
  // "A server accepts … by including the parameter in the response": what was asked for is confirmed.
  if (offer.serverNoTakeover && !answer.serverNoTakeover) return '7.1.1.1';
  // The same, "with the same or smaller value as the offer".
  if (offer.serverBits !== null && !(answer.serverBits !== null && answer.serverBits <= offer.serverBits))
    return '7.1.2.1';
  if (answer.clientBits === null) return null;
  // Not unless it was offered; in a response it has a value, "equal to or smaller than the received value".
  if (offer.clientBits === null || answer.clientBits === true) return '7.1.2.2';
  return offer.clientBits !== true && answer.clientBits > offer.clientBits ? '7.1.2.2' : null;
}

/**
 * What offer and answer bind the senders to. What the client names for itself it keeps to even where the answer does
 * not repeat it (7.1.1.2, 7.1.2.2).
 */
export function agreement(offer: Parameters, answer: Parameters): Agreement {
  const bitsOf = (value: number | true | null): number => (typeof value === 'number' ? value : 15);
  return {
    serverTakeover: !answer.serverNoTakeover,
    clientTakeover: !(offer.clientNoTakeover || answer.clientNoTakeover),
    serverBits: bitsOf(answer.serverBits),
    clientBits: Math.min(bitsOf(offer.clientBits), bitsOf(answer.clientBits)),
  };
}

/** Every object that has one of the values in each property. */
export function combinations<T extends object>(values: { readonly [Key in keyof T]: readonly T[Key][] }): T[] {
  let all: object[] = [{}];
  for (const [key, list] of Object.entries(values as Record<string, readonly unknown[]>)) {
    all = all.flatMap(object => list.map(value => ({ ...object, [key]: value })));
  }
  return all as T[];
}

/** 8..15. */
export const ALL_BITS: readonly number[] = [8, 9, 10, 11, 12, 13, 14, 15];
