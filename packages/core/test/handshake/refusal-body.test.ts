import { everySplit } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { MAX_REFUSAL_BODY, RefusalBody } from '../../src/handshake/refusal-body.ts';
import { bytes, text } from '../harness.ts';

/** What is collected of a body, and whether that was known to be all. */
function collect(headers: Record<string, string>, body: string, status = 403): [string, boolean] {
  const head = { version: 'HTTP/1.1', status, reason: '', headers, repeated: [] };
  return everySplit(bytes(body), chunks => {
    const collector = new RefusalBody(head);
    let isDone = false;
    for (const chunk of chunks) isDone ||= collector.push(chunk);
    return [text(collector.take()), isDone] as [string, boolean];
  });
}

describe('the body of a refusal (RFC 9112, 6.3)', () => {
  test.each([
    { name: 'of the announced length', headers: { 'content-length': '3' }, body: 'abcdef', result: ['abc', true] },
    { name: 'of no length', headers: { 'content-length': '0' }, body: '', result: ['', true] },
    { name: 'cut short', headers: { 'content-length': '9' }, body: 'abc', result: ['abc', false] },
    { name: 'not announced', headers: {}, body: 'abc', result: ['abc', false] },
    { name: 'of a length that is none', headers: { 'content-length': '3, 3' }, body: 'abc', result: ['abc', false] },
    {
      name: 'in chunks, which go before a length',
      headers: { 'transfer-encoding': 'gzip, Chunked', 'content-length': '1' },
      body: '3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n',
      result: ['abc0123456789', true],
    },
    { name: 'in no chunk', headers: { 'transfer-encoding': 'chunked' }, body: '0\r\n\r\n', result: ['', true] },
    {
      name: 'in chunks, cut short',
      headers: { 'transfer-encoding': 'chunked' },
      body: '3\r\nabc\r\n6\r\nde',
      result: ['abcde', false],
    },
    {
      name: 'in chunks that are none',
      headers: { 'transfer-encoding': 'chunked' },
      body: '<html>',
      result: ['', false],
    },
    {
      name: 'in chunks, with a trailer',
      headers: { 'transfer-encoding': 'chunked' },
      body: '1\r\na\r\n0\r\nX: y\r\n\r\n',
      result: ['a', true],
    },
    {
      name: 'in chunks, with something behind the last, however it is cut',
      headers: { 'transfer-encoding': 'chunked' },
      body: '1\r\na\r\n0\r\n\r\n3\r\nabc',
      result: ['a', true],
    },
    {
      name: 'in chunks whose data looks like the last one',
      headers: { 'transfer-encoding': 'chunked' },
      body: '7\r\n\r\n0\r\n\r\n\r\n1\r\na\r\n',
      result: ['\r\n0\r\n\r\na', false],
    },
    {
      name: 'in a chunk that is longer than all there is',
      headers: { 'transfer-encoding': 'chunked' },
      body: 'ffffffff\r\nabc',
      result: ['abc', false],
    },
    {
      name: 'in chunks with a size line that does not end',
      headers: { 'transfer-encoding': 'chunked' },
      body: `1;${'x'.repeat(300)}\r\na\r\n0\r\n\r\n`,
      result: ['', false],
    },
    { name: 'in another coding', headers: { 'transfer-encoding': 'gzip' }, body: 'abc', result: ['abc', false] },
  ] as readonly { name: string; headers: Record<string, string>; body: string; result: [string, boolean] }[])(
    '$name',
    ({ headers, body, result }) => {
      expect(collect(headers, body)).toEqual(result);
    },
  );

  test.each([204, 304])('there is none with status %i', status => {
    expect(collect({ 'content-length': '3' }, 'abc', status)).toEqual(['', true]);
  });

  test.each([{}, { 'content-length': '1000000' }])('is read up to 64 KiB: %j', headers => {
    const head = { version: 'HTTP/1.1', status: 403, reason: '', headers, repeated: [] };
    const collector = new RefusalBody(head);
    expect(collector.push(new Uint8Array(MAX_REFUSAL_BODY - 1))).toBe(false);
    expect(collector.push(new Uint8Array(100))).toBe(true);
    expect(collector.take().length).toBe(MAX_REFUSAL_BODY);
  });
});
