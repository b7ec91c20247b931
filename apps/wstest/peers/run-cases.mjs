// What every client under test does: fetch the number of cases, run each, and ask for the reports.

/**
 * @param {string} base address of the fuzzing server
 * @param {string} agent
 * @param {(url: string) => WebSocket} open
 */
export async function runCases(base, agent, open) {
  const count = await new Promise(resolve => {
    open(`${base}/getCaseCount`).onmessage = event => resolve(Number(event.data));
  });
  const numbers = Array.from({ length: count }, (_, i) => i + 1).values();
  const work = async () => {
    for (const number of numbers)
      await runOne(open(`${base}/runCase?case=${number}&agent=${encodeURIComponent(agent)}`));
  };
  await Promise.all(Array.from({ length: 16 }, work));
  await runOne(open(`${base}/updateReports?agent=${encodeURIComponent(agent)}`));
}

/** @param {WebSocket} socket */
function runOne(socket) {
  socket.binaryType = 'arraybuffer';
  return new Promise(resolve => {
    socket.onmessage = event => socket.send(event.data);
    socket.onerror = () => {};
    socket.onclose = resolve;
  });
}
