import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectWS, nodePlatform } from '@ws/node';
import { ApplicationSession, WampWebSocketClientFactory } from '@ws/wamp';
import { afterAll, expect, test } from 'vitest';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
// The processes run by bare node, on what was built.
const isBuilt = ['wamp', 'node'].every(name => existsSync(path(`../../../packages/${name}/dist/index.js`)));

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill();
});

/** Starts a router; what it says to the bus goes to all others. @returns its url */
function startRouter(): Promise<string> {
  const child = fork(path('support/router-process.mjs'), { execArgv: [] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.on('message', (message: object) => {
      if ('port' in message) resolve(`ws://127.0.0.1:${message.port}`);
      else for (const other of children) if (other !== child && other.connected) other.send(message);
    });
    child.on('exit', code => reject(new Error(`the router ended with ${code}`)));
  });
}

async function open(url: string): Promise<ApplicationSession> {
  const session = new ApplicationSession({ realm: 'realm1' });
  await connectWS(new WampWebSocketClientFactory(session, { url }, { platform: nodePlatform }));
  await session.joined;
  return session;
}

test.skipIf(!isBuilt)('routers in two processes share a realm (needs turbo run build)', async () => {
  const first = await startRouter();
  const one = await open(first);
  await one.register('com.add', ([a, b]) => Number(a) + Number(b));
  const second = await startRouter();
  const two = await open(second);
  // The second router learns of the procedure a moment after it has come.
  let sum: unknown = null;
  for (let i = 0; i < 1000 && sum === null; i++) sum = await two.call('com.add', [2, 3]).catch(() => null);
  expect(sum).toBe(5);
  const heard = new Promise(resolve => {
    one
      .subscribe('com.t', (args, _kwargs, { publisher }) => resolve([args, publisher]))
      .then(() => two.publish('com.t', [new Uint8Array([1, 2])], null, { discloseMe: true }));
  });
  expect(await heard).toEqual([[new Uint8Array([1, 2])], two.sessionDetails!.session]);
  await Promise.all([one.leave(), two.leave()]);
});
