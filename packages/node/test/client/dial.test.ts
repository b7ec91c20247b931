import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { dialTarget } from '../../src/client/dial.ts';

/** A server that takes connections, and never says anything. */
async function silentServer(): Promise<{ port: number; connected: Promise<Socket> }> {
  const server = createServer();
  const connected = new Promise<Socket>(resolve => server.once('connection', resolve));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    (await connected).destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connected };
}

describe('dialTarget', () => {
  test('waits 30 seconds for the connection, TLS included, unless told otherwise', async () => {
    const { port, connected } = await silentServer();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let failure: unknown = null;
    const dialling = dialTarget({ hostname: '127.0.0.1', port, isSecure: true, udsPath: null }).catch(error => {
      failure = error;
    });
    await connected;
    vi.advanceTimersByTime(29_999);
    await new Promise(resolve => setImmediate(resolve));
    expect(failure).toBe(null);
    vi.advanceTimersByTime(1);
    await dialling;
    expect(failure).toMatchObject({
      name: 'ConnectError',
      code: 'ERR_TIMEOUT',
      message: `no connection to 127.0.0.1:${port} within 30000 ms`,
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leaves no timer when the connection is there', async () => {
    const { port, connected } = await silentServer();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { stream } = await dialTarget({ hostname: '127.0.0.1', port, isSecure: false, udsPath: null });
    await connected;
    expect(vi.getTimerCount()).toBe(0);
    stream.destroy();
  });
});
