/** npm run build -- [--out FOLDER]: the programs that are installed, dist/openocp and dist/openocp-agent.mjs. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleAgent, bundleControlPlane } from './bundle.ts';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
const folder = resolve(values.out);
const agent = await bundleAgent(folder);
console.log(`${agent}: ${kibOf([agent])} KiB, runs under Node 24 and newer`);
const program = await bundleControlPlane(join(folder, 'openocp'));
const files = readdirSync(join(folder, 'openocp')).filter((name) => name.endsWith('.mjs'));
console.log(
  `${program}: ${kibOf(files.map((name) => join(folder, 'openocp', name)))} KiB in ${files.length} files, runs under Node 24 and newer`,
);
// The bundler's own process may keep the channel to the parent open.
if (process.connected) process.disconnect?.();

function kibOf(paths: readonly string[]): number {
  return Math.round(paths.reduce((total, path) => total + statSync(path).size, 0) / 1024);
}
