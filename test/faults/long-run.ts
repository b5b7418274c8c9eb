/**
 * The fault suite at length: `--rounds N --seed S`. Each round is a random scenario, decided by its seed (S, S + 1, ...);
 * the oracle judges after each. Prints the seed and the scenario of every failure, one line for all of it at the end,
 * and exits 1 when there was a failure. `--rounds 1 --seed X` repeats the scenario of one.
 */
import { parseArgs } from 'node:util';
import { findSecrets, type Stack, startStack } from '@openocp/testkit';
import { z } from 'zod';
import { keepData } from './data-folder.ts';
import { fixtureOf } from './operation-fixtures.ts';
import { planScenario, type Scenario } from './scenario.ts';
import { type Damage, ScenarioRun } from './scenario-run.ts';

interface Site {
  readonly stack: Stack;
  readonly damage: Damage;
}

/** Shorter than a freeze may last, so that tasks are lost to a lease and found again. */
const leaseMs = 2_000;

async function startSite(): Promise<Site> {
  const observerOptions = { __sim_time_scale: '0.2', __sim_graceful_ms: '800' };
  const stack = await startStack({ serversPerZone: 1, observerOptions, config: { leaseMs } });
  await keepData(stack);
  return { stack, damage: { deaths: [], agentDeaths: [] } };
}

/** Operations that need a cluster nobody manages get a stack of their own: they forget what the agents remember. */
class Sites {
  readonly #sites = new Map<boolean, Site>();

  async get({ operation }: Scenario): Promise<Site> {
    const key = fixtureOf(operation).needsNoCluster;
    const site = this.#sites.get(key) ?? (await startSite());
    this.#sites.set(key, site);
    return site;
  }

  async drop({ operation }: Scenario): Promise<void> {
    const key = fixtureOf(operation).needsNoCluster;
    await this.#sites.get(key)?.stack.stop();
    this.#sites.delete(key);
  }

  async stop(): Promise<void> {
    for (const { stack } of this.#sites.values()) await stack.stop();
    this.#sites.clear();
  }
}

function describe({ operation, faults, incidents, retries }: Scenario): string {
  const parts = [
    ...faults.map((fault) => `${fault.do} at ${fault.at}`),
    ...incidents.map(({ what, afterMs, lastsMs }) => `${what} after ${afterMs} ms for ${lastsMs} ms`),
  ];
  return `${operation}; ${parts.length === 0 ? 'no fault' : parts.join('; ')}; ${retries} retries`;
}

/** Who ends it before its time finds no process and no file of it afterwards. */
function endWithUs(sites: Sites): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    void sites.stop().finally(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  // The script that started this program goes away when the terminal does.
  process.once('disconnect', end);
}

async function runRounds(rounds: number, firstSeed: number): Promise<number> {
  const sites = new Sites();
  endWithUs(sites);
  const failed: number[] = [];
  const begin = performance.now();
  try {
    for (let round = 0; round < rounds; round += 1) {
      const scenario = planScenario(firstSeed + round);
      const since = performance.now();
      try {
        const { stack, damage } = await sites.get(scenario);
        await new ScenarioRun(stack, scenario, damage).run();
        const [place] = await findSecrets(stack);
        if (place !== undefined) throw new Error(`NoSecret: a password is in ${place}`);
        console.log(
          `seed ${scenario.seed} held in ${Math.round(performance.now() - since)} ms: ${describe(scenario)}`,
        );
      } catch (error) {
        failed.push(scenario.seed);
        console.error(`seed ${scenario.seed} FAILED: ${describe(scenario)}`);
        console.error(JSON.stringify(scenario));
        console.error(error);
        // What is left behind would make the next round fail too.
        await sites.drop(scenario);
      }
    }
  } finally {
    await sites.stop();
  }
  const seconds = Math.round((performance.now() - begin) / 1000);
  const seeds = failed.length === 0 ? '' : `; failed seeds: ${failed.join(', ')}`;
  console.log(`${rounds - failed.length} of ${rounds} rounds held in ${seconds} s${seeds}`);
  return failed.length;
}

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const { rounds, seed } = z
  .object({ rounds: z.coerce.number().int().min(1), seed: z.coerce.number().int().min(0) })
  .parse({ rounds: values.rounds ?? '20', seed: values.seed ?? String(Date.now() % 1_000_000) });
console.log(`${rounds} rounds from seed ${seed}`);
process.exitCode = (await runRounds(rounds, seed)) > 0 ? 1 : 0;
// Nothing is left to end.
process.removeAllListeners('disconnect');
if (process.connected) process.disconnect?.();
