import { describe, expect, test } from 'vitest';
import {
  memoryOpeningRequest,
  type OpeningProposal,
  type OpeningSetup,
  openingRequestContract,
} from '../../src/index.ts';
import { brokenOpenings } from '../support/broken-openings.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

/** A request in memory: what is sent early is looked at when it is accepted. */
async function makeRequest(proposal: OpeningProposal): Promise<OpeningSetup> {
  const firstMessages: string[] = [];
  const opening = memoryOpeningRequest({ ...proposal, firstMessages });
  return { ...opening, leave: async () => opening.leave(), sendEarly: text => void firstMessages.push(text) };
}

openingRequestContract('memoryOpeningRequest', makeRequest, { describe, test });

describe('openingRequestContract', () => {
  test.each(Object.entries(brokenOpenings))('finds a request that %s', async (_, Broken) => {
    const makeBroken = async (proposal: OpeningProposal) => {
      const setup = await makeRequest(proposal);
      return { ...setup, request: new Broken(setup.request) };
    };
    expect(await firstBrokenRule(runner => openingRequestContract('broken', makeBroken, runner))).not.toBe(null);
  });

  test('needs neither leave nor sendEarly', async () => {
    const makePlain = async (proposal: OpeningProposal) => memoryOpeningRequest(proposal);
    const withoutLeave = async (proposal: OpeningProposal) => {
      const { request, client, response } = await makePlain(proposal);
      return { request, client, response };
    };
    expect(await firstBrokenRule(runner => openingRequestContract('plain', withoutLeave, runner))).toBe(null);
  });
});
