import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { connectionRules } from '../../src/engine/connection-rules.ts';
import { FrameDecoder } from '../../src/frames/frame-decoder.ts';
import { Delivery } from '../../src/messages/delivery.ts';
import type { EngineListener } from '../../src/messages/engine-listener.ts';
import { FrameReader, type FrameReaderActions } from '../../src/messages/frame-reader.ts';
import { MessageReceiver } from '../../src/messages/message-receiver.ts';
import { PayloadPool } from '../../src/messages/payload-pool.ts';
import { CLIENT_OPTIONS, type ClientOptions, defaultOptions } from '../../src/options/options.ts';
import { TrafficStats } from '../../src/support/traffic-stats.ts';
import { frame, joined, type Log, sides, text, WHOLE } from '../harness.ts';

const OPTIONS = defaultOptions<ClientOptions>(CLIENT_OPTIONS);
const plain = (opcode: number, payload: string): Uint8Array => frame(opcode, payload, { mask: null });
const long = (digit: number): Uint8Array => plain(1, `${digit}`.repeat(30_000));

function setup(onMessage: (payload: Uint8Array) => void = () => {}) {
  const log: Log = [];
  const ignore = (): void => {};
  const hooks: EngineListener = {
    receives: WHOLE,
    onPong: ignore,
    onClosing: ignore,
    onClose: ignore,
    onMessage(payload: Uint8Array): void {
      log.push(text(payload.subarray(0, 3)));
      onMessage(payload);
    },
    onLentText: () => false,
    onMessageBegin: ignore,
    onMessageData: ignore,
    onMessageEnd: ignore,
  };
  const state = { isListening: true, pieces: Number.POSITIVE_INFINITY };
  const delivery = new Delivery({ onHookFailed: error => void log.push(error) });
  delivery.setListener(hooks);
  const decoder = new FrameDecoder(connectionRules(sides.client, OPTIONS, false, WHOLE), {
    masker: portableMasker,
    utf8: portableUtf8,
  });
  const rules = { frames: 'none', lendsText: false, maxMessageSize: 0, validateUtf8: true } as const;
  const receiver = new MessageReceiver(rules, portableUtf8, null, new PayloadPool());
  const actions: FrameReaderActions = {
    get isListening() {
      return state.isListening;
    },
    control: {
      onFrame: (opcode, payload) => void log.push([opcode, text(payload)]),
      onTraffic: () => void log.push('data'),
    },
    failConnection(error) {
      log.push((error as { code: string }).code);
      reader.skipToClose();
    },
    stream: { pause: () => void log.push('pause') },
    // Work is counted after each piece.
    work: {
      allowed: () => Math.min(state.pieces, 1),
      spend: units => Math.min(units > 0 ? --state.pieces : state.pieces, 1),
      defer: () => void log.push('defer'),
    },
  };
  const reader: FrameReader = new FrameReader(decoder, receiver);
  reader.assign(delivery, new TrafficStats(), actions);
  return { reader, delivery, log, state };
}

/** The application resumes. @returns whether nothing is queued any more */
function resume(delivery: Delivery): boolean {
  delivery.resume();
  return delivery.goOn({ spend: () => 1 });
}

describe('FrameReader', () => {
  test('reads what it is given; tells of data frames', () => {
    const { reader, log } = setup();
    reader.push(joined(plain(1, 'a'), plain(9, 'p'), frame(1, 'b', { fin: false, mask: null }), plain(0, 'c')));
    expect(log).toEqual(['a', 'data', [9, 'p'], 'data', 'bc', 'data']);
  });

  test('stops the stream when 64 KiB of messages wait, and goes on where it was', () => {
    const { reader, delivery, log } = setup();
    delivery.pause();
    reader.push(joined(long(1), long(2), long(3), long(4), plain(9, 'p')));
    expect(log).toEqual(['data', 'data', 'data', 'pause']);
    log.length = 0;
    expect(resume(delivery)).toBe(true);
    expect(log).toEqual(['111', '222', '333']);
    expect(reader.resume()).toBe(true);
    expect(log).toEqual(['111', '222', '333', '444', 'data', [9, 'p']]);
  });

  test('stops again when again too much waits', () => {
    const { reader, delivery, log } = setup(() => delivery.pause());
    reader.push(joined(...[1, 2, 3, 4, 5, 6, 7].map(long)));
    expect(log.filter(entry => entry !== 'data')).toEqual(['111', 'pause']);
    for (let i = 0; i < 3; i++) expect(resume(delivery)).toBe(i === 3);
    expect(resume(delivery)).toBe(true);
    expect(reader.resume()).toBe(true);
    while (!resume(delivery));
    expect(log.filter(entry => entry !== 'data' && entry !== 'pause')).toEqual([
      '111',
      '222',
      '333',
      '444',
      '555',
      '666',
      '777',
    ]);
  });

  test('keeps what comes although the stream was stopped', () => {
    const { reader, delivery, log } = setup();
    delivery.pause();
    reader.push(joined(long(1), long(2), long(3), long(4).subarray(0, 10)));
    reader.push(long(4).subarray(10));
    reader.push(plain(9, 'p'));
    resume(delivery);
    expect(reader.resume()).toBe(true);
    expect(log.filter(entry => entry !== 'data')).toEqual(['pause', '111', '222', '333', '444', [9, 'p']]);
  });

  test('cannot be resumed from inside, where it goes on anyway', () => {
    const { reader, log } = setup(() => void log.push(reader.resume()));
    reader.push(joined(plain(1, 'a'), plain(1, 'b')));
    expect(log).toEqual(['a', false, 'data', 'b', false, 'data']);
  });

  test('reads all that there is at the end', () => {
    const { reader, delivery, log } = setup();
    delivery.pause();
    reader.push(joined(long(1), long(2), long(3), long(4), long(5), long(6)));
    reader.endInput();
    reader.resume();
    delivery.finish();
    expect(log.filter(entry => typeof entry === 'string' && /\d/.test(entry))).toEqual([
      '111',
      '222',
      '333',
      '444',
      '555',
      '666',
    ]);
  });

  test('reads nothing once frames do not count any more', () => {
    const { reader, log, state } = setup(() => {
      state.isListening = false;
    });
    reader.push(joined(plain(1, 'a'), plain(1, 'b')));
    reader.push(plain(1, 'c'));
    expect(log).toEqual(['a', 'data']);
  });

  test('fails once, and then looks for control frames alone', () => {
    const { reader, log } = setup();
    reader.push(joined(plain(3, 'x'), plain(1, 'a'), plain(4, 'y'), plain(8, '')));
    reader.push(joined(plain(5, 'z'), plain(8, '')));
    expect(log).toEqual(['ERR_RESERVED_OPCODE', [8, ''], [8, '']]);
  });

  test('does not go on when the failure ended it', () => {
    const { reader, log, state } = setup();
    Object.defineProperty(state, 'isListening', { get: () => log.length === 0 });
    reader.push(joined(plain(3, 'x'), plain(8, '')));
    expect(log).toEqual(['ERR_RESERVED_OPCODE']);
  });

  test('stops when the work of the turn is done, keeps the rest, and goes on in a later turn', () => {
    const { reader, log, state } = setup();
    state.pieces = 2;
    reader.push(joined(plain(1, 'a'), plain(9, 'p'), plain(1, 'b'), plain(1, 'c')));
    expect(log).toEqual(['a', 'data', [9, 'p'], 'pause', 'defer']);
    expect([reader.isBehind, reader.isIdle, reader.resume()]).toEqual([true, false, false]);
    expect(log.splice(5)).toEqual(['pause', 'defer']);
    reader.push(plain(1, 'd'));
    state.pieces = 1;
    expect(reader.resume()).toBe(false);
    expect(log.splice(5)).toEqual(['b', 'data', 'pause', 'defer']);
    state.pieces = 2;
    expect(reader.resume()).toBe(true);
    expect([log.slice(5), reader.isBehind, reader.isIdle]).toEqual([['c', 'data', 'd', 'data'], false, true]);
  });

  test('keeps bytes that come when the work of the turn is done, though they are lent', () => {
    const { reader, log, state } = setup();
    state.pieces = 0;
    const lent = plain(1, 'a');
    reader.push(lent);
    lent.fill(0);
    expect(log).toEqual(['pause', 'defer']);
    state.pieces = 2;
    expect(reader.resume()).toBe(true);
    expect(log.slice(2)).toEqual(['a', 'data']);
  });

  test('does not defer what the application holds up', () => {
    const { reader, delivery, log, state } = setup();
    delivery.pause();
    state.pieces = 3;
    reader.push(joined(long(1), long(2), long(3), long(4)));
    expect(log).toEqual(['data', 'data', 'data', 'pause']);
  });

  test('reads on when the last piece has used the work up', () => {
    const { reader, log, state } = setup();
    state.pieces = 1;
    reader.push(plain(1, 'a'));
    expect(log).toEqual(['a', 'data']);
  });

  test('drops what it kept when frames do not count any more', () => {
    const { reader, log, state } = setup();
    state.pieces = 1;
    reader.push(joined(plain(1, 'a'), plain(1, 'b')));
    state.isListening = false;
    state.pieces = 9;
    reader.resume();
    expect(log).toEqual(['a', 'data', 'pause', 'defer']);
  });
});
