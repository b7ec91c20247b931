import { describe, expect, test } from 'vitest';
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  defaultOptions,
  SERVER_OPTIONS,
  type ServerOptions,
} from '../src/options.ts';
import { decoderRules, outgoingMasking } from '../src/role-rules.ts';

const server = defaultOptions<ServerOptions>(SERVER_OPTIONS);
const client = defaultOptions<ClientOptions>(CLIENT_OPTIONS);

describe('who masks (RFC 6455, 5.1)', () => {
  test.each([
    { role: 'server', options: server, masking: 'no' },
    { role: 'client', options: client, masking: 'yes' },
    { role: 'server', options: { ...server, maskServerFrames: true }, masking: 'yes' },
    { role: 'client', options: { ...client, maskClientFrames: false }, masking: 'no' },
    { role: 'client', options: { ...client, applyMask: false }, masking: 'unapplied' },
    { role: 'server', options: { ...server, applyMask: false }, masking: 'no' },
    { role: 'server', options: { ...server, maskServerFrames: true, applyMask: false }, masking: 'unapplied' },
  ] as const)('what a $role sends: $masking', ({ role, options, masking }) => {
    expect(outgoingMasking(role, options)).toBe(masking);
  });

  test.each([
    { role: 'server', options: server, masking: 'must' },
    { role: 'client', options: client, masking: 'mustNot' },
    { role: 'server', options: { ...server, requireMaskedClientFrames: false }, masking: 'may' },
    { role: 'client', options: { ...client, acceptMaskedServerFrames: true }, masking: 'may' },
  ] as const)('what a $role receives: $masking', ({ role, options, masking }) => {
    expect(decoderRules(role, options, false, true).masking).toBe(masking);
  });
});

test('the decoder is told the options that concern it', () => {
  const options = {
    ...server,
    applyMask: false,
    utf8validateIncoming: false,
    maxFramePayloadSize: 1,
    maxMessagePayloadSize: 2,
    maxFragments: 3,
  };
  expect(decoderRules('server', options, true, false)).toEqual({
    masking: 'must',
    applyMask: false,
    hasCompression: true,
    validateUtf8: false,
    maxFrameSize: 1,
    maxMessageSize: 2,
    maxFragments: 3,
    yieldsMessages: false,
  });
});
