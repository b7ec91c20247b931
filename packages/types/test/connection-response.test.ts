import { describe, expect, test } from 'vitest';
import { ConnectionResponse, type ConnectionResponseFields } from '../src/index.ts';

const fields: ConnectionResponseFields = {
  peer: 'tcp4:127.0.0.1:9000',
  headers: { server: 'x' },
  version: 13,
  protocol: 'chat',
  extensions: [{ name: 'permessage-deflate', windowBits: 15 }],
};

describe('ConnectionResponse', () => {
  test('has what it is given', () => {
    expect({ ...new ConnectionResponse(fields) }).toEqual(fields);
    expect(new ConnectionResponse({ ...fields, protocol: null }).protocol).toBeNull();
  });

  test('has five fields in JSON, and in its text form', () => {
    const response = new ConnectionResponse(fields);
    expect(JSON.parse(JSON.stringify(response))).toEqual(fields);
    expect(JSON.parse(String(response))).toEqual(fields);
    expect(String(response)).toContain('\n');
  });

  test.each([
    ['peer', null],
    ['headers', 'a'],
    ['version', null],
    ['protocol', undefined],
    ['extensions', null],
    ['extensions', ['permessage-deflate']],
    ['extensions', [{}]],
  ])('refuses %s of %j with a TypeError', (name, value) => {
    expect(() => new ConnectionResponse({ ...fields, [name]: value })).toThrow(TypeError);
  });

  test('refuses a version that is none with a RangeError', () => {
    expect(() => new ConnectionResponse({ ...fields, version: 1000 })).toThrow(RangeError);
  });
});
