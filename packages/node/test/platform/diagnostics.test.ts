import { channel } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { createClientAgent, listenWS } from '../../src/index.ts';
import { channelDiagnostics } from '../../src/platform/diagnostics.ts';
import { echoFactory, nextMessage, turn } from '../support/echo.ts';

describe('diagnostics_channel', () => {
  test('hears of a whole life, with the fields that are documented', async () => {
    const events: [name: string, fields: Record<string, unknown>][] = [];
    const names = ['open', 'message', 'ping', 'pong', 'close'];
    const stops = names.map(name => {
      const listener = (message: unknown): void => void events.push([name, message as Record<string, unknown>]);
      channel(`ws:${name}`).subscribe(listener);
      return () => channel(`ws:${name}`).unsubscribe(listener);
    });
    const factory = echoFactory();
    const port = await listenWS(factory, { host: '127.0.0.1', port: 0 });
    const connection = await createClientAgent().open(`ws://127.0.0.1:${port.port}`);
    const [server] = factory.connections;
    connection.sendMessage('hello');
    await nextMessage(connection);
    connection.sendPing('ping');
    while (!events.some(([name]) => name === 'pong')) await turn();
    connection.sendClose(1000);
    await connection.closed;
    await port.close();
    for (const stop of stops) stop();

    const ofServer = events.filter(([, fields]) => fields.connection === server);
    expect(ofServer.map(([name]) => name)).toEqual(['open', 'message', 'ping', 'close']);
    const fields = Object.fromEntries(ofServer);
    expect(fields.message).toMatchObject({ isBinary: false, payload: { length: 5 } });
    expect(fields.ping).toMatchObject({ payload: { length: 4 } });
    expect(fields.close).toMatchObject({ wasClean: true, code: 1000, closedBy: 'remote' });
    expect(events.filter(([, { connection: one }]) => one === connection)).toHaveLength(4);
  });

  test('costs nothing while nobody listens', () => {
    expect(channelDiagnostics.hasSubscribers('message')).toBe(false);
  });
});
