// fox-wamp: https://github.com/kalmyk/fox-wamp. Not a dependency: BENCH_FOX_WAMP names the folder it is installed in.
import { createRequire } from 'node:module';
import { ready } from './harness.mjs';

const require = createRequire(`${process.env.BENCH_FOX_WAMP}/`);
const FoxRouter = require('fox-wamp');
const router = new FoxRouter();
router.getRealm('realm1', () => {
  const port = Number(process.env.BENCH_FOX_WAMP_PORT ?? 0) || 20_000 + (process.pid % 20_000);
  router.listenWAMP({ port, host: '127.0.0.1' });
  setTimeout(() => ready(port), 300);
});
