// A conversation with an echo server: what is sent, what comes back, and whether it is the same.
import assert from 'node:assert/strict';
import { WebSocketClientProtocol } from '@ws/node';

/** A client that hands out what comes in, one by one. */
class Talker extends WebSocketClientProtocol {
  /** @type {((message: { payload: Uint8Array, isBinary: boolean }) => void)[]} */
  waiting = [];
  /** @type {((payload: Uint8Array) => void)[]} */
  waitingPongs = [];

  /**
   * @override
   * @param {Uint8Array} payload
   * @param {boolean} isBinary
   */
  onMessage(payload, isBinary) {
    this.waiting.shift()?.({ payload, isBinary });
  }

  /**
   * @override
   * @param {Uint8Array} payload
   */
  onPong(payload) {
    this.waitingPongs.shift()?.(payload);
  }

  /** @returns {Promise<{ payload: Uint8Array, isBinary: boolean }>} the next message, or a rejection when it ends */
  next() {
    return this.#orClosed(resolve => this.waiting.push(resolve));
  }

  /** @returns {Promise<Uint8Array>} */
  nextPong() {
    return this.#orClosed(resolve => this.waitingPongs.push(resolve));
  }

  /**
   * @template Value
   * @param {(resolve: (value: Value) => void) => void} begin
   * @returns {Promise<Value>}
   */
  #orClosed(begin) {
    const closed = this.closed.then(({ reason }) => {
      throw new Error(`the connection closed: ${reason}`);
    });
    return Promise.race([new Promise(begin), closed]);
  }
}

/**
 * Talks to the echo server that `connect` leads to, and checks every answer.
 *
 * @param {import('@ws/node').WebSocketClientFactory} factory
 * @param {(factory: import('@ws/node').WebSocketClientFactory) => Promise<import('@ws/node').WebSocketClientProtocol>} connect
 * @param {(line: string) => void} print
 */
export async function converse(factory, connect, print) {
  factory.protocol = Talker;
  const talker = /** @type {Talker} */ (await connect(factory));
  print(`${'connected'.padEnd(10)} to ${talker.peer}`);

  await echo(talker, print, 'text', 'Grüße, 世界 👋');
  await echo(
    talker,
    print,
    'binary',
    Uint8Array.from({ length: 256 }, (_, i) => i),
  );
  await echo(talker, print, 'fragments', 'x'.repeat(2 ** 20), 65536);

  const pong = talker.nextPong();
  const began = performance.now();
  talker.sendPing('are you there?');
  assert.equal(new TextDecoder().decode(await pong), 'are you there?');
  print(`${'ping'.padEnd(10)} pong after ${(performance.now() - began).toFixed(1)} ms`);

  talker.sendClose(1000, 'goodbye');
  const { wasClean, code } = await talker.closed;
  assert.ok(wasClean, 'the connection did not close cleanly');
  print(`${'close'.padEnd(10)} ${code}, cleanly`);
}

/**
 * @param {Talker} talker
 * @param {(line: string) => void} print
 * @param {string} name
 * @param {string | Uint8Array} message
 * @param {number} [fragmentSize]
 */
async function echo(talker, print, name, message, fragmentSize) {
  const answer = talker.next();
  const isBinary = typeof message !== 'string';
  talker.sendMessage(message, isBinary, { fragmentSize });
  const { payload, isBinary: isBinaryAnswer } = await answer;
  assert.equal(isBinaryAnswer, isBinary);
  const sent = isBinary ? message : new TextEncoder().encode(message);
  assert.ok(Buffer.compare(payload, sent) === 0, `the echo of ${name} differs`);
  const frames = fragmentSize === undefined ? '' : ` in ${Math.ceil(sent.length / fragmentSize)} frames`;
  const shown = isBinary || sent.length > 40 ? '' : ` “${message}”`;
  print(`${name.padEnd(10)} ${sent.length} bytes${frames}${shown}, echoed`);
}
