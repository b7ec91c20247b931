#!/usr/bin/env node
import { processIo } from './io.ts';
import { run } from './program.ts';

const io = processIo();
const status = await run(process.argv.slice(2), io);
// What was written leaves first; what else may still be open does not keep us.
process.stdout.write('', () => process.stderr.write('', () => process.exit(status)));
