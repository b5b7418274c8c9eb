/** npm run test:schedules -- [--seconds N] [--seed S]: simulated schedules of the engine for a bounded time; exit 1 on a failure. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runSchedules } from '../packages/engine/src/schedules/schedules.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const options = z
  .strictObject({
    seconds: z.coerce.number().min(1).max(86_400).default(30),
    seed: z.coerce.number().int().min(0).default(1),
  })
  .parse(values);

const begin = performance.now();
const report = await runSchedules({ firstSeed: options.seed, seconds: options.seconds });
for (const { seed, error } of report.failures) {
  console.log(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
}
const { rounds, tasks, takeOvers, effects, events } = report;
const perSecond = Math.round((events * 1000) / (performance.now() - begin));
const failures = report.failures.length;
console.log(`${tasks} tasks, ${takeOvers} take-overs, ${effects} effects`);
console.log(`${events} events in an order that was drawn, ${perSecond} a second`);
console.log(`${rounds} schedules from seed ${options.seed}: ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
if (process.connected) process.disconnect?.();
