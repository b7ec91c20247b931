import type { DeflateAgreement } from './deflate.ts';

/** One extension of a Sec-WebSocket-Extensions field; a parameter without a value has `true`. */
export interface ExtensionField {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, value: string | true])[];
}

const MEMBER = /"(?:[^"\\]|\\.)*"|[^,;"]+|[,;]/g;

/** Reads a Sec-WebSocket-Extensions field (RFC 6455, 9.1); quoted values lose their quotes. */
export function parseExtensions(field: string): ExtensionField[] {
  const extensions: ExtensionField[] = [];
  let parts: string[] = [''];
  const finish = (): void => {
    const [name = '', ...rest] = parts.map(part => part.trim());
    if (name !== '') extensions.push({ name, parameters: rest.map(parseParameter) });
    parts = [''];
  };
  for (const [token] of field.matchAll(MEMBER)) {
    if (token === ',') finish();
    else if (token === ';') parts.push('');
    else parts[parts.length - 1] += token;
  }
  finish();
  return extensions;
}

function parseParameter(text: string): [string, string | true] {
  const equals = text.indexOf('=');
  if (equals < 0) return [text, true];
  return [
    text.slice(0, equals).trim(),
    text
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  ];
}

/** What the parameters of permessage-deflate say, in an offer or in a response. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  /** null when absent. */
  readonly serverMaxWindowBits: number | null;
  /** null when absent, 0 when present without a value. */
  readonly clientMaxWindowBits: number | null;
}

/** Reads parameters of permessage-deflate; a string says what is wrong with them (RFC 7692, 7.1). */
export function readDeflateParameters(field: ExtensionField, isResponse: boolean): DeflateParameters | string {
  const seen = new Map<string, string | true>();
  for (const [name, value] of field.parameters) {
    if (seen.has(name)) return `${name} appears twice`;
    seen.set(name, value);
    const isFlag = name === 'server_no_context_takeover' || name === 'client_no_context_takeover';
    const isBits = name === 'server_max_window_bits' || name === 'client_max_window_bits';
    if (!isFlag && !isBits) return `${name} is unknown`;
    if (isFlag && value !== true) return `${name} takes no value`;
    const mayLackValue = name === 'client_max_window_bits' && !isResponse;
    if (isBits && !(value === true ? mayLackValue : /^(?:[89]|1[0-5])$/.test(value)))
      return `${name}=${value} is not legal`;
  }
  const bits = (name: string): number | null => {
    const value = seen.get(name);
    return value === undefined ? null : value === true ? 0 : Number(value);
  };
  return {
    serverNoContextTakeover: seen.has('server_no_context_takeover'),
    clientNoContextTakeover: seen.has('client_no_context_takeover'),
    serverMaxWindowBits: bits('server_max_window_bits'),
    clientMaxWindowBits: bits('client_max_window_bits'),
  };
}

/** Whether a response is one that a server may give to an offer (RFC 7692, 7.1.1 and 7.1.2). */
export function answersOffer(response: DeflateParameters, offer: DeflateParameters): boolean {
  if (offer.serverNoContextTakeover && !response.serverNoContextTakeover) return false;
  if (response.clientMaxWindowBits !== null && offer.clientMaxWindowBits === null) return false;
  if (offer.serverMaxWindowBits === null) return true;
  return response.serverMaxWindowBits !== null && response.serverMaxWindowBits <= offer.serverMaxWindowBits;
}

/** What a response means for both sides. */
export function agreementOf(response: DeflateParameters): DeflateAgreement {
  return {
    serverNoContextTakeover: response.serverNoContextTakeover,
    clientNoContextTakeover: response.clientNoContextTakeover,
    serverWindowBits: response.serverMaxWindowBits ?? 15,
    clientWindowBits: response.clientMaxWindowBits ?? 15,
  };
}

/** Writes parameters as a member of a Sec-WebSocket-Extensions field. */
export function formatDeflate(parameters: DeflateParameters): string {
  const { serverMaxWindowBits, clientMaxWindowBits } = parameters;
  return [
    'permessage-deflate',
    ...(parameters.clientNoContextTakeover ? ['client_no_context_takeover'] : []),
    ...(clientMaxWindowBits === null
      ? []
      : [`client_max_window_bits${clientMaxWindowBits === 0 ? '' : `=${clientMaxWindowBits}`}`]),
    ...(parameters.serverNoContextTakeover ? ['server_no_context_takeover'] : []),
    ...(serverMaxWindowBits === null ? [] : [`server_max_window_bits=${serverMaxWindowBits}`]),
  ].join('; ');
}
