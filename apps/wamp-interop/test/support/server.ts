import { type ListeningPort, listenWS, nodePlatform } from '@ws/node';
import { createRouter, type Router, type RouterOptions, WampWebSocketServerFactory } from '@ws/wamp';
import { createSerializers } from '@ws/wamp/serializers';

export interface RouterServer {
  readonly router: Router;
  readonly url: string;
  readonly listening: ListeningPort;
  close(): Promise<void>;
}

/** A router on a port of its own, with every serializer. */
export async function serveRouter(
  options: RouterOptions,
  tls?: { readonly key: string; readonly cert: string },
): Promise<RouterServer> {
  const router = createRouter(options);
  const factory = new WampWebSocketServerFactory(
    () => router.createSession(),
    {},
    { serializers: createSerializers(), platform: nodePlatform },
  );
  const listening = await listenWS(factory, { host: '127.0.0.1', port: 0, ...(tls === undefined ? {} : { tls }) });
  return {
    router,
    listening,
    url: `${tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${listening.port}`,
    async close() {
      router.close();
      await listening.close({ grace: 500 });
    },
  };
}
