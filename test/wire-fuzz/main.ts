/** npm run test:wire -- [--packets N] [--seed S]: nonsense for the simulator's SQL port; exit 1 on a failure. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runWireFuzz } from './wire-fuzz.ts';

const { values } = parseArgs({ options: { packets: { type: 'string' }, seed: { type: 'string' } } });
const options = z
  .strictObject({
    packets: z.coerce.number().int().min(1).default(1_000_000),
    seed: z.coerce.number().int().min(0).default(1),
  })
  .parse(values);

let shown = 0;
const report = await runWireFuzz({
  packets: options.packets,
  firstSeed: options.seed,
  ipBase: '127.34.0.1',
  onProgress: (packets) => {
    if (packets - shown < 50_000) return;
    shown = packets;
    console.log(`${packets} packets`);
  },
});
for (const { seed, error } of report.failures) {
  console.log(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
}
for (const finding of report.findings) console.log(finding);
const { packets, conversations, witnessed, rssMiB } = report;
console.log(`${packets} packets in ${conversations} conversations from seed ${options.seed}`);
console.log(`${witnessed} queries answered beside them; the server's memory is ${rssMiB} MiB`);
const failed = report.failures.length + report.findings.length;
console.log(`${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
if (process.connected) process.disconnect?.();
