// The load for WAMP routers: calls between pairs of connections, or publications to many. It reads no more of a message
// than it has to, so that one CPU of it is enough for one of any router.
import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { connectWS, WebSocketClientFactory, WebSocketClientProtocol } from '@ws/node';

/**
 * @typedef {object} WampWork
 * @property {number} port
 * @property {number} pid The router's.
 * @property {'rpc' | 'events'} work
 * @property {number} connections Callers, each with a callee of its own; or subscribers.
 * @property {number} window Calls in flight of each caller; or publications in flight.
 * @property {number} size Bytes of the argument.
 * @property {number} warmup Seconds.
 * @property {number} seconds
 */

/** @type {WampWork} */
const work = JSON.parse(process.argv.at(-1) ?? '{}');
const argument = 'x'.repeat(work.size);
const hello = '[1,"realm1",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}]';

let done = 0;
let errors = 0;
/** @type {Peer[]} */
const peers = [];

/** One connection that has joined; after that each message goes to `onText`. */
class Peer extends WebSocketClientProtocol {
  /** @type {(text: string) => void} */
  onText = () => {};

  /** @override @param {Uint8Array} payload */
  onMessage(payload) {
    this.onText(Buffer.from(payload.buffer, payload.byteOffset, payload.length).latin1Slice());
  }

  /** @override */
  onClosing() {
    errors++;
  }

  /** @param {string} text @param {string} code Of the message that answers. @returns {Promise<string>} */
  ask(text, code) {
    return new Promise((resolve, reject) => {
      this.onText = answer => {
        if (answer.startsWith(`[${code},`)) resolve(answer);
        else reject(new Error(answer));
      };
      this.sendMessage(text);
    });
  }
}

async function join() {
  const factory = new WebSocketClientFactory({ url: `ws://127.0.0.1:${work.port}`, protocols: ['wamp.2.json'] });
  factory.protocol = Peer;
  const peer = /** @type {Peer} */ (await connectWS(factory));
  await peer.ask(hello, '2');
  peers.push(peer);
  return peer;
}

/** @param {number} number */
async function startPair(number) {
  const [caller, callee] = [await join(), await join()];
  const procedure = `com.bench.echo${number}`;
  await callee.ask(`[64,1,{},"${procedure}"]`, '65');
  callee.onText = text => {
    // [68,request,registration,{…},["xxx"]]
    const request = text.slice(4, text.indexOf(',', 4));
    callee.sendMessage(`[70,${request},{},["${argument}"]]`);
  };
  let request = 0;
  const call = () => caller.sendMessage(`[48,${++request},{},"${procedure}",["${argument}"]]`);
  caller.onText = text => {
    if (!text.startsWith('[50,')) errors++;
    done++;
    call();
  };
  return () => {
    for (let i = 0; i < work.window; i++) call();
  };
}

async function startEvents() {
  const publisher = await join();
  const topic = 'com.bench.topic';
  let published = 0;
  const publish = () => publisher.sendMessage(`[16,${++published},{},"${topic}",["${argument}"]]`);
  for (let i = 0; i < work.connections; i++) {
    const subscriber = await join();
    await subscriber.ask(`[32,1,{},"${topic}"]`, '33');
    subscriber.onText = () => {
      done++;
      if (done % work.connections === 0) publish();
    };
  }
  return () => {
    for (let i = 0; i < work.window; i++) publish();
  };
}

/** CPU seconds of all threads of a process. @param {number} pid */
function cpuSeconds(pid) {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map(id =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'latin1').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e9;
}

const pause = (/** @type {number} */ seconds) => new Promise(resolve => setTimeout(resolve, seconds * 1000));

/** @type {(() => void)[]} */
const starters = [];
if (work.work === 'events') starters.push(await startEvents());
else for (let i = 0; i < work.connections; i++) starters.push(await startPair(i));
for (const start of starters) start();
await pause(work.warmup);
const before = { done, at: performance.now(), router: cpuSeconds(work.pid), own: process.cpuUsage() };
await pause(work.seconds);
const elapsed = (performance.now() - before.at) / 1000;
const router = cpuSeconds(work.pid) - before.router;
const own = process.cpuUsage(before.own);
const count = done - before.done;
console.log(
  JSON.stringify({
    done: count,
    perSecond: count / elapsed,
    cpuMicroseconds: (router * 1e6) / Math.max(1, count),
    serverBusy: router / elapsed,
    generatorBusy: (own.user + own.system) / 1e6 / elapsed,
    errors,
  }),
);
// Not all routers survive connections that are cut while they write.
for (const peer of peers) peer.onText = () => {};
await pause(0.2);
await Promise.all(peers.map(peer => (peer.sendClose(1000), peer.closed)));
process.exit(0);
