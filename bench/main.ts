/** npm run bench -- NAME [--json PATH] [--only SYSTEM,...] [--rounds N] */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { agent } from './agent/agent.ts';
import { apiRead } from './api-read/api-read.ts';
import { type Benchmark, bareSqlite } from './benchmark.ts';
import { commitCount } from './chains/commit-count.ts';
import { dag8Latency } from './chains/dag8-latency.ts';
import { dag8Mysql } from './chains/dag8-mysql.ts';
import { dag8Throughput } from './chains/dag8-throughput.ts';
import { boot } from './control-plane/boot.ts';
import { failover } from './control-plane/failover.ts';
import { logOnFlood } from './control-plane/log-on-flood.ts';
import { rss } from './control-plane/rss.ts';
import { slowHeaders } from './control-plane/slow-headers.ts';
import { fleet } from './fleet/fleet.ts';
import { printReport } from './print-report.ts';
import { openRunFolder } from './run-folder.ts';
import { stopEndToEnd } from './stop-e2e/stop-e2e.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  'dag8-latency': dag8Latency,
  'dag8-throughput': dag8Throughput,
  'dag8-mysql': dag8Mysql,
  'commit-count': commitCount,
  'stop-e2e': stopEndToEnd,
  boot,
  failover,
  rss,
  fleet,
  'api-read': apiRead,
  'slow-headers': slowHeaders,
  'log-on-flood': logOnFlood,
  agent,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, only: { type: 'string' }, rounds: { type: 'string' } },
});
const [name = ''] = positionals;
const run = benchmarks[name];
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
const isUsable = rounds === undefined || (Number.isSafeInteger(rounds) && rounds > 0);
if (run === undefined || !isUsable) {
  console.error('npm run bench -- NAME [--json PATH] [--only SYSTEM,...] [--rounds N]');
  console.error(`names: ${Object.keys(benchmarks).join(', ')}`);
  process.exit(1);
}
openRunFolder();
const only = values.only?.split(',');
const outcome = await run({ rounds, includes: (system) => only?.includes(system) ?? system !== bareSqlite });
printReport(outcome);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(outcome.report, null, 2)}\n`);
process.exit(0);
