import type { MessageTransport } from '@ws/types';
import { acceptRules } from './opening-request-accept.ts';
import { readRules } from './opening-request-read.ts';
import { rejectRules } from './opening-request-reject.ts';
import type { OpeningProposal, OpeningRule, OpeningRuleContext, OpeningSetup } from './opening-setup.ts';
import { runnerOrGlobals, type TestRunner } from './test-runner.ts';
import { TransportRecorder } from './transport-recorder.ts';
import { converse } from './transport-rule.ts';

/**
 * The contract suite of the {@link OpeningRequest} port: tests the fields of a request and both ways to answer it.
 * `messageTransportContract` tests the accepted connection.
 *
 * @param name of the implementation, for the title of the suite
 * @param makeRequest makes a request of a client with exactly this proposal; called at least once for each test
 * @param runner default: the global `describe` and `test`
 */
export function openingRequestContract(
  name: string,
  makeRequest: (proposal: OpeningProposal) => Promise<OpeningSetup>,
  runner?: TestRunner,
): void {
  const { describe, test } = runnerOrGlobals(runner);
  const topics: Readonly<Record<string, readonly OpeningRule[]>> = {
    'what is asked': readRules,
    accept: acceptRules,
    'reject and drop': rejectRules,
  };
  describe(`${name} keeps the contract of OpeningRequest`, () => {
    for (const [topic, rules] of Object.entries(topics)) {
      describe(topic, () => {
        for (const rule of rules) test(rule.name, () => prove(rule, makeRequest));
      });
    }
  });
}

async function prove(
  rule: OpeningRule,
  makeRequest: (proposal: OpeningProposal) => Promise<OpeningSetup>,
): Promise<void> {
  const setups: OpeningSetup[] = [];
  const recorders: TransportRecorder[] = [];
  const context: OpeningRuleContext = {
    async open({ resource = '/', headers = {}, subprotocols = [], origin = null } = {}) {
      const setup = await makeRequest({ resource, headers, subprotocols, origin });
      setups.push(setup);
      // A rule may use only one of the two promises; the other must not be an unhandled rejection.
      setup.client.catch(() => {});
      setup.response.catch(() => {});
      return setup;
    },
    listen(transport) {
      const recorder = new TransportRecorder(transport, { frames: 'none', lentText: false });
      recorders.push(recorder);
      return recorder;
    },
    settle: () => settle(context),
  };
  try {
    await rule.run(context);
    for (const recorder of recorders) recorder.checkRules();
  } finally {
    // The rule is over, so its reactions to events are removed before the connections end.
    for (const recorder of recorders) recorder.onEvent = () => {};
    for (const setup of setups) await release(setup);
  }
}

/** Lets pending events happen: by the end of a conversation on another connection this one has had its turns too. */
async function settle({ open, listen }: OpeningRuleContext): Promise<void> {
  const { request, client } = await open();
  const transports: [MessageTransport, MessageTransport] = await Promise.all([request.accept(), client]);
  const [server, peer] = [listen(transports[0]), listen(transports[1])];
  await converse(server, peer);
  await converse(peer, server);
}

async function release({ request, client, close }: OpeningSetup): Promise<void> {
  request.drop();
  // The client may have no connection.
  await client.then(
    transport => transport.drop(),
    () => {},
  );
  await close?.();
}
