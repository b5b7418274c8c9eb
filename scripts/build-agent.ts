/** npm run build:agent -- [--out FOLDER]: the agent as one file, dist/openocp-agent.mjs. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleAgent } from './agent-bundle.ts';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
const file = await bundleAgent(resolve(values.out));
console.log(`${file}: ${Math.round(statSync(file).size / 1024)} KiB, runs under Node 24 and newer`);
if (process.connected) process.disconnect?.();
