import { describe, test } from 'vitest';
import {
  memoryOpeningRequest,
  type OpeningProposal,
  type OpeningSetup,
  openingRequestContract,
} from '../../src/index.ts';

/** A request in memory: what is sent early is known when it is accepted. */
async function makeRequest(proposal: OpeningProposal): Promise<OpeningSetup> {
  const firstMessages: string[] = [];
  const opening = memoryOpeningRequest({ ...proposal, firstMessages });
  return { ...opening, leave: async () => opening.leave(), sendEarly: text => void firstMessages.push(text) };
}

openingRequestContract('memoryOpeningRequest', makeRequest, { describe, test });
