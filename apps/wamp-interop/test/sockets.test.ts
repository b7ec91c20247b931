import { connectWS, nodePlatform } from '@ws/node';
import { ApplicationSession, CallResult, WampWebSocketClientFactory } from '@ws/wamp';
import { createTransportSerializer } from '@ws/wamp/serializers';
import { afterEach, describe, expect, test } from 'vitest';
import { createCertificate } from './support/certificates.ts';
import { type RouterServer, serveRouter } from './support/server.ts';

const certificate = createCertificate();
let server: RouterServer | null = null;
afterEach(async () => server?.close());

/** A session of ours that has joined. */
async function open(url: string, serializer: string, ca?: string): Promise<ApplicationSession> {
  const session = new ApplicationSession({ realm: 'realm1' });
  const factory = new WampWebSocketClientFactory(
    session,
    { url },
    { serializers: [createTransportSerializer(serializer)], platform: nodePlatform },
  );
  await connectWS(factory, ca === undefined ? {} : { tls: { ca } });
  await session.joined;
  return session;
}

const TRANSPORTS = [
  { name: 'TCP', tls: null },
  { name: 'TLS', tls: certificate },
];

describe.each(TRANSPORTS)('our session at our router, over $name', ({ name, tls }) => {
  const isSkipped = name === 'TLS' && tls === null;
  test.skipIf(isSkipped).each(['json', 'cbor.batched'])(
    `calls, publishes, and leaves: %s${isSkipped ? ' (apt-get install openssl)' : ''}`,
    async serializer => {
      server = await serveRouter({ realms: ['realm1'] }, tls ?? undefined);
      const [one, two] = [await open(server.url, serializer, tls?.cert), await open(server.url, serializer, tls?.cert)];
      const payload = new Uint8Array(20_000).map((_, i) => i);
      await one.register('com.echo', (args, kwargs) => new CallResult(args, kwargs));
      const { results, kwresults } = await two.call<CallResult>('com.echo', [payload, 1], { a: 'é' });
      expect([Buffer.compare(results[0] as Uint8Array, payload), results[1], kwresults]).toEqual([0, 1, { a: 'é' }]);
      const heard = new Promise<unknown[]>(resolve => {
        one.subscribe('com.topic', args => resolve(args)).then(() => two.publish('com.topic', [payload]));
      });
      expect(Buffer.compare((await heard)[0] as Uint8Array, payload)).toBe(0);
      expect(await two.leave()).toMatchObject({ reason: 'wamp.close.goodbye_and_out' });
      const left = one.left;
      server.router.close();
      expect(await left).toEqual({ reason: 'wamp.close.system_shutdown', message: null });
    },
  );
});
