import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { canUseTlsHandles, probeTlsHandles } from '../../src/tls/tls-probe.ts';
import { createCertificate, noCertificates } from '../support/certificates.ts';

/** A conversation of a process of its own. */
const CONVERSATION = `
  import { createClientAgent, listenWS, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
  const { key, cert } = JSON.parse(process.env.CERTIFICATE);
  const factory = new WebSocketServerFactory();
  factory.protocol = class extends WebSocketServerProtocol {
    onMessage(payload, isBinary) { this.sendMessage(payload, isBinary); }
  };
  const server = await listenWS(factory, { host: '127.0.0.1', port: 0, tls: { key, cert } });
  const client = await createClientAgent().open('wss://127.0.0.1:' + server.port, { tls: { ca: cert } });
  const echoed = new Promise(resolve => client.on('message', resolve));
  client.sendMessage('x'.repeat(100_000));
  const { length } = await echoed;
  await server.close();
  const { code } = await client.closed;
  console.log(length, code);
`;

describe('probeTlsHandles', () => {
  test('finds handles of TLS sockets usable here, once', async () => {
    expect(await Promise.all([probeTlsHandles(), probeTlsHandles()])).toEqual([true, true]);
    expect(canUseTlsHandles()).toBe(true);
    expect(await probeTlsHandles()).toBe(true);
  });

  test.skipIf(noCertificates !== null).each([
    { name: 'by handles', flags: [] },
    { name: 'by sockets, where Node would warn of process.binding', flags: ['--pending-deprecation'] },
    // What the probe speaks is forbidden.
    { name: 'by sockets, where the probe fails', flags: ['--tls-min-v1.3'] },
  ])('conversations go on $name', async ({ flags }) => {
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const args = [...flags, '--input-type=module', '--eval', CONVERSATION];
    const env = { ...process.env, CERTIFICATE: JSON.stringify(createCertificate()) };
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env });
    expect(stdout.trim()).toBe('100000 1001');
  });
});
