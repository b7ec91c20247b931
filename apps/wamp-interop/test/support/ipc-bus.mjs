// A bus between a process and its children, by the messages of node:child_process. The parent passes them on.

/**
 * @typedef {object} Line Where messages go, and come from.
 * @property {(message: object) => void} send
 * @property {(listener: (message: any) => void) => void} onMessage
 */

/**
 * @param {Line} line
 * @returns {import('@ws/wamp').RouterBus}
 */
export function createIpcBus(line) {
  return {
    join(channel, node, listener) {
      line.onMessage(({ channel: where, from, to, payload }) => {
        if (where === channel && (to === null || to === node)) listener.onMessage(from, Buffer.from(payload, 'base64'));
      });
      /** @param {string | null} to @param {Uint8Array} payload */
      const send = (to, payload) =>
        line.send({ channel, from: node, to, payload: Buffer.from(payload).toString('base64') });
      return { broadcast: payload => send(null, payload), send, close() {} };
    },
  };
}
