// One process of a fuzzing run: `worker TARGET SECONDS SEED CORPUS [save]`. Prints what it found as one line of JSON.

import { readCorpus, writeCorpus } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { distill, failureOf, fuzz } from './fuzz.ts';
import { TARGETS } from './targets/index.ts';

const [, , name = '', seconds = '1', seed = '1', folder = '', save = ''] = process.argv;
const target = TARGETS.find(each => each.name === name);
if (target === undefined) throw new RangeError(`there is no target ${name}`);
// Many errors are made here, and none is looked at.
Error.stackTraceLimit = 0;
const stopAt = performance.now() + Number(seconds) * 1000;

const regressions = readCorpus(folder, name, 'crashes').flatMap(input => {
  const message = failureOf(target, input);
  return message === null ? [] : [{ input, message }];
});
const coverage = new Coverage();
const { runs, blocks, inputs, crashes } = await fuzz({
  target,
  coverage,
  corpus: readCorpus(folder, name),
  seed: Number(seed),
  goesOn: () => performance.now() < stopAt,
});
const found = [...regressions, ...crashes];
if (save === 'save') {
  writeCorpus(folder, name, distill(target, coverage, inputs));
  const known = readCorpus(folder, name, 'crashes');
  const all = [...known, ...crashes.map(({ input }) => input)];
  if (all.length > 0) writeCorpus(folder, name, all, 'crashes');
}
console.log(
  JSON.stringify({
    target: name,
    runs,
    blocks,
    inputs: inputs.length,
    crashes: found.map(({ input, message }) => ({ input: input.toString('latin1'), message })),
  }),
);
