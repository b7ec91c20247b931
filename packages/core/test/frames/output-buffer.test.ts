import { manualClock } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { OutputBuffer } from '../../src/frames/output-buffer.ts';

const CAPACITY = new OutputBuffer(manualClock()).bytes.length;

function setup() {
  const clock = manualClock();
  const output = new OutputBuffer(clock);
  const log: string[] = [];
  const connection = (name: string, onFlush = (): void => {}) => ({
    flush(): void {
      log.push(name);
      onFlush();
    },
    tell: () => void log.push(`${name} tells`),
  });
  return { clock, output, log, connection };
}

describe('OutputBuffer', () => {
  test('has what was sent outside of a read leave in one microtask', () => {
    const { clock, output, log, connection } = setup();
    output.end = 10;
    output.schedule(connection('a'));
    output.schedule(connection('b'));
    expect(log).toEqual([]);
    clock.flush();
    expect([log, output.end]).toEqual([['a', 'b'], 0]);
    output.schedule(connection('c'));
    clock.flush();
    expect(log).toEqual(['a', 'b', 'c']);
  });

  test('has what was sent in a read leave at its end, reads inside of it included', () => {
    const { clock, output, log, connection } = setup();
    output.enter();
    output.schedule(connection('a'));
    output.enter();
    output.schedule(connection('b'));
    output.leave();
    clock.flush();
    expect(log).toEqual([]);
    output.leave();
    expect(log).toEqual(['a', 'b']);
    output.enter();
    output.leave();
    expect(log).toEqual(['a', 'b']);
  });

  test('has what was sent before a read leave with it; the microtask finds nothing then', () => {
    const { clock, output, log, connection } = setup();
    output.schedule(connection('a'));
    output.enter();
    output.leave();
    expect(log).toEqual(['a']);
    clock.flush();
    expect(log).toEqual(['a']);
  });

  test('has those who flushed tell of it when nothing is being sent', () => {
    const { clock, output, log, connection } = setup();
    const a = connection('a', () => output.tellLater(a));
    output.schedule(a);
    output.end = CAPACITY;
    output.reserve(1);
    expect(log).toEqual(['a']);
    clock.flush();
    expect(log).toEqual(['a', 'a tells']);
    output.enter();
    output.tellLater(a);
    clock.flush();
    expect(log.length).toBe(2);
    output.leave();
    expect(log).toEqual(['a', 'a tells', 'a tells']);
    // At the end of a turn it needs no other one.
    output.schedule(a);
    clock.flush();
    expect(log.slice(3)).toEqual(['a', 'a tells']);
  });

  test('flushes in a turn of its own what a transport has sent when it was written to', () => {
    const { clock, output, log, connection } = setup();
    output.enter();
    output.schedule(connection('a', () => output.schedule(connection('b'))));
    output.leave();
    expect(log).toEqual(['a']);
    clock.flush();
    expect(log).toEqual(['a', 'b']);
  });

  test('makes room by flushing', () => {
    const { output, log, connection } = setup();
    const memory = output.bytes;
    output.end = CAPACITY - 10;
    output.schedule(connection('a'));
    output.reserve(10);
    expect([log, output.end]).toEqual([[], CAPACITY - 10]);
    output.reserve(11);
    expect([log, output.end, output.bytes === memory]).toEqual([['a'], 0, true]);
  });

  test('goes on behind the little that transports keep', () => {
    const { output, connection } = setup();
    const memory = output.bytes;
    output.end = 10;
    output.keep(new Uint8Array(10));
    output.schedule(connection('a'));
    output.flushAll();
    expect([output.end, output.bytes === memory]).toEqual([0, true]);
    output.end = 2048;
    // What other connections have written behind the piece stays too: they may be flushed later in this turn.
    output.keep(memory.subarray(2, 4));
    output.end += 100;
    output.schedule(connection('b'));
    output.flushAll();
    expect([output.end, output.bytes === memory]).toEqual([2048, true]);
  });

  test('goes on in other memory when transports keep more', () => {
    const { output } = setup();
    const memory = output.bytes;
    output.end = 2049;
    output.keep(memory.subarray(2, 4));
    expect([output.end, output.bytes === memory]).toEqual([0, false]);
    expect(output.bytes.length).toBe(CAPACITY);
  });

  test('does not begin anew while flushing calls back, nor while some have yet to be flushed', () => {
    const { output, log, connection } = setup();
    const memory = output.bytes;
    output.end = CAPACITY - 10;
    // Its flush has others send, more than there is room for.
    output.schedule(
      connection('a', () => {
        output.schedule(connection('c'));
        output.reserve(100);
        expect(output.bytes === memory).toBe(false);
        output.end += 100;
        output.schedule(connection('d'));
      }),
    );
    output.schedule(connection('b', () => expect(output.end).toBe(100)));
    output.flushAll();
    expect(log).toEqual(['a', 'c', 'b']);
    expect(output.end).toBe(100);
    output.flushAll();
    expect([log.at(-1), output.end]).toEqual(['d', 0]);
  });
});
