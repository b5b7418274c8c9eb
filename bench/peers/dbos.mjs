// node dbos.mjs IN_FLIGHT POSTGRES_URL: a chain is a workflow of 8 steps.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { serveChains } from '../chains/serve-chains.ts';

const [, , inFlight, systemDatabaseUrl] = process.argv;
const steps = 8;
const mostConnections = 20;

DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl,
  systemDatabasePoolSize: Math.max(5, Math.min(Number(inFlight), mostConnections)),
  logLevel: 'error',
});
const chain = DBOS.registerWorkflow(
  async () => {
    for (let index = 1; index <= steps; index += 1)
      await DBOS.runStep(async () => null, { name: `step ${index}` });
  },
  { name: 'chain' },
);
await DBOS.launch();

serveChains({ runChain: () => chain() });
