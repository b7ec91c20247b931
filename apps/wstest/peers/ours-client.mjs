// Our own client runs through the cases of the fuzzing server whose address it is given.
import { runTesteeClient } from '@ws/wstest';

await runTesteeClient({ url: process.argv[2] ?? '', agent: process.argv[3] ?? '@ws/node' });
