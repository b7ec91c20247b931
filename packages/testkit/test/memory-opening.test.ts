import { TransportDetails } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { MemoryOpeningError, memoryOpeningRequest } from '../src/index.ts';

const NOTHING = new Uint8Array(0);

describe('memoryOpeningRequest', () => {
  test('asks for / and nothing else by itself', () => {
    const { headers, resource, subprotocols, origin, peer, transportDetails } = memoryOpeningRequest().request;
    expect([{ ...headers }, resource, subprotocols, origin, peer, transportDetails]).toEqual([
      {},
      '/',
      [],
      null,
      'memory:client',
      null,
    ]);
  });

  test('says of the client what it was given', () => {
    const transportDetails = new TransportDetails({ channelType: 'memory' });
    const { request } = memoryOpeningRequest({ peer: 'tcp4:192.0.2.1:50000', transportDetails });
    expect([request.peer, request.transportDetails]).toEqual(['tcp4:192.0.2.1:50000', transportDetails]);
  });

  test('passes on the options of its transports', async () => {
    const tasks: (() => void)[] = [];
    const options = { capacity: 1, extensions: 'x-extension', schedule: (task: () => void) => void tasks.push(task) };
    const { request, client } = memoryOpeningRequest(options);
    const transport = await request.accept();
    expect([transport.extensions, (await client).extensions]).toEqual(['x-extension', 'x-extension']);
    transport.send('one', false);
    transport.send('two', false);
    expect(transport.bufferedAmount).toBeGreaterThan(0);
    expect(tasks).toEqual([]);
  });

  test.each([
    { options: { headers: { 'X-Client': 'a\r\nb' } }, error: RangeError },
    { options: { headers: { 'X Client': 'a' } }, error: RangeError },
    { options: { subprotocols: ['two words'] }, error: RangeError },
    { options: { capacity: 0 }, error: RangeError },
    { options: { subprotocols: [42 as unknown as string] }, error: TypeError },
  ])('refuses $options', ({ options, error }) => {
    expect(() => memoryOpeningRequest(options)).toThrow(error);
  });

  test('the client of a request that is rejected has an error with the answer', async () => {
    const { request, client, response } = memoryOpeningRequest();
    await request.reject(403, { headers: { 'X-Why': 'because' } });
    const answer = { status: 403, headers: { 'x-why': 'because' }, body: NOTHING };
    await expect(client).rejects.toMatchObject({ code: 'ERR_DENIED', response: answer });
    await expect(client).rejects.toBeInstanceOf(MemoryOpeningError);
    expect(await response).toMatchObject(answer);
  });

  test.each([
    { name: 'dropped', end: 'drop', code: 'ERR_DROPPED' },
    { name: 'left', end: 'leave', code: 'ERR_LEFT' },
  ] as const)('one that was $name has an error without an answer, and so has who accepts it', async ({ end, code }) => {
    const { request, client, response, leave } = memoryOpeningRequest();
    if (end === 'drop') request.drop();
    else leave();
    for (const promise of [client, response, request.accept()]) {
      await expect(promise).rejects.toMatchObject({ code, response: null });
    }
  });

  test('leave does nothing when there is a connection', async () => {
    const { request, client, leave } = memoryOpeningRequest();
    const transport = await request.accept();
    leave();
    expect([transport.state, (await client).state]).toEqual(['open', 'open']);
  });

  test('messages that come with the request are text or binary', async () => {
    const { request } = memoryOpeningRequest({ firstMessages: ['text', Uint8Array.of(1)] });
    const transport = await request.accept();
    const heard: [number, boolean][] = [];
    await new Promise<void>(resolve => {
      transport.setListener({
        receives: { frames: 'none', lentText: false },
        onMessage(payload, isBinary) {
          if (heard.push([payload.length, isBinary]) === 2) resolve();
        },
        onLentText: () => false,
        onMessageBegin() {},
        onMessageData() {},
        onMessageEnd() {},
        onPong() {},
        onClosing() {},
        onClose() {},
      });
    });
    expect(heard).toEqual([
      [4, false],
      [1, true],
    ]);
  });
});
