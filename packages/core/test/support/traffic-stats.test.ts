import { describe, expect, test } from 'vitest';
import { TrafficStats } from '../../src/support/traffic-stats.ts';
import { acceptResponse, bytes, frame, joined, REQUEST, rawClient, rawServer } from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

const zeros = {
  outgoingOctetsWireLevel: 0,
  outgoingOctetsWebSocketLevel: 0,
  outgoingOctetsAppLevel: 0,
  outgoingWebSocketFrames: 0,
  outgoingWebSocketMessages: 0,
  incomingOctetsWireLevel: 0,
  incomingOctetsWebSocketLevel: 0,
  incomingOctetsAppLevel: 0,
  incomingWebSocketFrames: 0,
  incomingWebSocketMessages: 0,
  preopenOutgoingOctetsWireLevel: 0,
  preopenIncomingOctetsWireLevel: 0,
};

describe('TrafficStats', () => {
  test('begin with 0, and ratios of nothing are null', () => {
    const stats = new TrafficStats();
    expect({ ...stats }).toEqual(zeros);
    expect(stats.toJSON()).toEqual({
      ...zeros,
      outgoingCompressionRatio: null,
      outgoingWebSocketOverhead: null,
      incomingCompressionRatio: null,
      incomingWebSocketOverhead: null,
    });
  });

  test('a ping and 3 bytes in, 10 bytes out', () => {
    const { protocol, send } = rawServer();
    send(frame(1, 'abc'));
    protocol.sendMessage('0123456789');
    send(frame(9, 'p'));
    expect(protocol.trafficStats.toJSON()).toMatchObject({
      outgoingOctetsWireLevel: 12 + 3,
      outgoingOctetsWebSocketLevel: 10,
      outgoingOctetsAppLevel: 10,
      outgoingWebSocketFrames: 1,
      outgoingWebSocketMessages: 1,
      outgoingCompressionRatio: 1,
      outgoingWebSocketOverhead: 0.5,
      incomingOctetsWireLevel: 9 + 7,
      incomingOctetsWebSocketLevel: 3,
      incomingOctetsAppLevel: 3,
      incomingWebSocketFrames: 1,
      incomingWebSocketMessages: 1,
      preopenIncomingOctetsWireLevel: REQUEST.length,
    });
  });

  test('count fragments as frames, and messages of all APIs', () => {
    const { protocol, send, factory } = rawServer();
    send(joined(frame(1, 'ab', { fin: false }), frame(0, 'c')));
    expect(protocol.trafficStats).toMatchObject({ incomingWebSocketFrames: 2, incomingWebSocketMessages: 1 });
    protocol.sendMessage('abc', false, { fragmentSize: 2 });
    protocol.sendPreparedMessage(factory.prepareMessage('abc'));
    protocol.beginMessage();
    protocol.beginMessageFrame(2);
    protocol.sendMessageFrameData(bytes('ab'));
    protocol.sendMessageFrame(bytes('c'));
    protocol.endMessage();
    expect(protocol.trafficStats).toMatchObject({
      outgoingWebSocketMessages: 3,
      outgoingWebSocketFrames: 2 + 1 + 3,
      outgoingOctetsAppLevel: 9,
      outgoingOctetsWebSocketLevel: 9,
      outgoingOctetsWireLevel: 7 + 5 + 9,
    });
  });

  test('tell compressed from uncompressed bytes', () => {
    const { accept, request } = xorCompression();
    const { protocol, send } = rawServer({ options: { perMessageCompressionAccept: accept }, request });
    send(frame(2, Uint8Array.of(1, 2, 3, 0x2e), { rsv: 4 }));
    protocol.sendMessage('abc');
    expect(protocol.trafficStats).toMatchObject({
      incomingOctetsWebSocketLevel: 4,
      incomingOctetsAppLevel: 3,
      outgoingOctetsWebSocketLevel: 4,
      outgoingOctetsAppLevel: 3,
    });
  });

  test('tell the handshake from frames that come with it', () => {
    const { protocol, send } = rawServer({ isOpened: false });
    const message = frame(1, 'abc');
    send(joined(bytes(REQUEST), message));
    expect(protocol.trafficStats).toMatchObject({
      preopenIncomingOctetsWireLevel: REQUEST.length,
      incomingOctetsWireLevel: message.length,
    });
    const { protocol: client, peer, send: answer } = rawClient({ isOpened: false });
    const request = peer.takeText();
    const response = acceptResponse(request);
    answer(joined(bytes(response), frame(1, 'abc', { mask: null })));
    expect(client.trafficStats).toMatchObject({
      preopenOutgoingOctetsWireLevel: request.length,
      preopenIncomingOctetsWireLevel: response.length,
      incomingOctetsWireLevel: 5,
    });
  });

  test('can be set to 0, and be told as JSON', () => {
    const { protocol, send } = rawServer();
    send(frame(1, 'abc'));
    const { trafficStats } = protocol;
    expect(JSON.parse(`${trafficStats}`)).toEqual(trafficStats.toJSON());
    trafficStats.reset();
    expect({ ...trafficStats }).toEqual(zeros);
    send(frame(1, 'abc'));
    expect(trafficStats.incomingWebSocketMessages).toBe(1);
  });
});
