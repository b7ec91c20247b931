// fox-wamp: https://github.com/kalmyk/fox-wamp. Not a dependency: BENCH_FOX_WAMP names the folder it is installed in.
import { ready } from './harness.mjs';

const { default: FoxRouter } = await import(`${process.env.BENCH_FOX_WAMP}/node_modules/fox-wamp/index.js`);
const router = new FoxRouter();
router.getRealm('realm1', () => {
  // It does not tell which port it was given.
  const port = 20_000 + (process.pid % 20_000);
  router.listenWAMP({ port, host: '127.0.0.1' });
  setTimeout(() => ready(port), 300);
});
