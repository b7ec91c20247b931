import { check, checkEqual } from '../assert.ts';
import type { TransportRecorder } from './transport-recorder.ts';
import { checkBothClosed, checkThrows, drained, flood, send, type TransportRule } from './transport-rule.ts';

/** Checks that the recorder was told, once, that the connection ended without an orderly close. */
async function checkLost(recorder: TransportRecorder): Promise<void> {
  const info = await recorder.untilClosed();
  checkEqual([info.wasClean, info.code], [false, 1006], 'wasClean and code');
  checkEqual(info.stage, 'open', 'how far the connection had come');
  checkEqual(recorder.transport.closingReason.code, 1006, 'closingReason');
  checkEqual(recorder.events.slice(-2), ['Closing', 'Close'], 'the last that is told');
}

/** Rules for `drop`, and for lost connections. */
export const endRules: readonly TransportRule[] = [
  {
    name: 'drop ends both ends, without an orderly close',
    async run({ from, to, limits, listen, settle }) {
      const [dropper, peer] = [listen(from), listen(to)];
      from.drop();
      check(from.state !== 'open', 'the state is open after drop');
      await checkThrows(() => from.send('late', false), 'ERR_NOT_OPEN', 'send after drop');
      await checkLost(dropper);
      checkEqual(dropper.info?.closedBy, 'local', 'who closed it, for the one that drops');
      if (limits.canDrop !== false) await checkLost(peer);
      const info = await peer.untilClosed();
      if (limits.canDrop !== false) checkEqual(info.closedBy, 'transport', 'who closed it, for the peer');
      await settle();
      checkEqual(dropper.events, ['Closing', 'Close'], 'what the one that drops is told');
      checkEqual(peer.events, ['Closing', 'Close'], 'what the peer is told');
    },
  },
  {
    name: 'after drop nothing is told but the end',
    async run({ from, to, listen, settle }) {
      const [dropper, peer] = [listen(from), listen(to)];
      dropper.onEvent = event => {
        if (event === 'Message') from.drop();
      };
      for (let i = 0; i < 20; i++) send(to, `${i}`);
      await Promise.all([dropper.untilClosed(), peer.untilClosed()]);
      from.drop();
      await settle();
      checkEqual(dropper.events, ['Message', 'Closing', 'Close'], 'what is told');
    },
  },
  {
    name: 'what was held when it is dropped is not told',
    async run({ from, to, listen, settle }) {
      const [peer, dropper] = [listen(from), listen(to)];
      to.pause();
      for (let i = 0; i < 3; i++) send(from, `${i}`);
      await settle();
      to.drop();
      await Promise.all([peer.untilClosed(), dropper.untilClosed()]);
      await settle();
      checkEqual(dropper.events, ['Closing', 'Close'], 'what is told');
    },
  },
  {
    name: 'what came before there is a listener is not told after drop',
    async run({ from, to, listen, settle }) {
      send(from, 'one');
      await settle();
      to.drop();
      const [peer, dropper] = [listen(from), listen(to)];
      await Promise.all([peer.untilClosed(), dropper.untilClosed()]);
      await settle();
      checkEqual(dropper.events, ['Closing', 'Close'], 'what is told');
    },
  },
  {
    name: 'so it is when the connection was lost before',
    async run({ from, to, breakConnection, listen, settle }) {
      if (breakConnection === null) return;
      send(from, 'one');
      await settle();
      await breakConnection();
      await settle();
      to.drop();
      const [peer, dropper] = [listen(from), listen(to)];
      await Promise.all([peer.untilClosed(), dropper.untilClosed()]);
      await settle();
      checkEqual(dropper.events, ['Closing', 'Close'], 'what is told');
    },
  },
  {
    name: 'drop ends a closing handshake that nobody answers',
    async run({ from, to, listen, settle }) {
      const closer = listen(from);
      from.close(1000, null);
      await settle();
      from.drop();
      await closer.untilClosed();
      const peer = listen(to);
      await peer.untilClosed();
      await settle();
      checkEqual(closer.events, ['Closing', 'Close'], 'what the one that closes is told');
      checkEqual(peer.events, ['Closing', 'Close'], 'what the peer is told');
    },
  },
  {
    name: 'drop in onClosing',
    async run({ from, to, listen, settle }) {
      const [closer, peer] = [listen(from), listen(to)];
      peer.onEvent = event => {
        if (event === 'Closing') to.drop();
      };
      from.close(1000, null);
      await Promise.all([closer.untilClosed(), peer.untilClosed()]);
      await settle();
      checkBothClosed(closer, peer);
    },
  },
  {
    name: 'drop ends a connection whose peer takes nothing',
    async run({ from, to, listen, settle }) {
      const [dropper, peer] = [listen(from), listen(to)];
      to.pause();
      flood(from);
      await settle();
      from.drop();
      await checkLost(dropper);
      to.resume();
      await peer.untilClosed();
    },
  },
  {
    name: 'a connection that is lost ends at both ends',
    async run({ from, to, breakConnection, listen, settle }) {
      if (breakConnection === null) return;
      const [one, two] = [listen(from), listen(to)];
      await breakConnection();
      await Promise.all([checkLost(one), checkLost(two)]);
      checkEqual([one.info?.closedBy, two.info?.closedBy], ['transport', 'transport'], 'who closed it');
      await settle();
      checkBothClosed(one, two);
      await checkThrows(() => from.send('late', false), 'ERR_NOT_OPEN', 'send after the loss');
    },
  },
  {
    name: 'what waits when the connection is lost is not drained',
    async run({ from, to, breakConnection, listen, settle }) {
      if (breakConnection === null || !to.canPause) return;
      const [one, two] = [listen(from), listen(to)];
      to.pause();
      flood(from);
      await settle();
      const draining = drained(from).then(
        () => false,
        error => error instanceof Error,
      );
      await breakConnection();
      to.resume();
      await Promise.all([one.untilClosed(), two.untilClosed()]);
      check(await draining, 'whenDrained called back without an error');
    },
  },
];
