import { describe, expect, test } from 'vitest';
import { connectionRules } from '../../src/engine/connection-rules.ts';
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  defaultOptions,
  SERVER_OPTIONS,
  type ServerOptions,
} from '../../src/options/options.ts';
import { FRAMES, sides, WHOLE } from '../harness.ts';

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
    expect(connectionRules(sides[role], options, false, WHOLE).outgoingMasking).toBe(masking);
  });

  test.each([
    { role: 'server', options: server, masking: 'must' },
    { role: 'client', options: client, masking: 'mustNot' },
    { role: 'server', options: { ...server, requireMaskedClientFrames: false }, masking: 'may' },
    { role: 'client', options: { ...client, acceptMaskedServerFrames: true }, masking: 'may' },
  ] as const)('what a $role receives: $masking', ({ role, options, masking }) => {
    expect(connectionRules(sides[role], options, false, WHOLE).masking).toBe(masking);
  });
});

test('the parts are told the options that concern them', () => {
  const options = {
    ...server,
    applyMask: false,
    utf8validateIncoming: false,
    maxFramePayloadSize: 1,
    maxMessagePayloadSize: 2,
    maxFragments: 3,
  };
  expect(connectionRules(sides.server, options, true, FRAMES)).toEqual({
    outgoingMasking: 'no',
    masking: 'must',
    applyMask: false,
    hasCompression: true,
    validateUtf8: false,
    maxFrameSize: 1,
    maxMessageSize: 2,
    maxFragments: 3,
    yieldsMessages: false,
    frames: 'all',
    lendsText: false,
    autoFragmentSize: 0,
    sendShortText: null,
  });
});

test('connections with the same options share one object', () => {
  const rules = connectionRules(sides.server, server, false, WHOLE);
  expect(connectionRules(sides.server, server, false, WHOLE)).toBe(rules);
  expect(connectionRules(sides.server, server, true, WHOLE)).not.toBe(rules);
  expect(connectionRules(sides.server, { ...server }, false, WHOLE)).not.toBe(rules);
});
