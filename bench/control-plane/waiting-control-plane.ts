/**
 * The control plane with one more operation, which waits. A program:
 *
 *   node waiting-control-plane.ts --config FILE [--holds] [--tells]     --tells: a line for every step that begins
 */
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import type { Operation } from '@openocp/engine';
import { loadConfig } from '@openocp/server/config';
import { startControlPlane } from '@openocp/server/control-plane';
import { pino } from 'pino';
import { waitingOperation } from './waiting-operation.ts';

const { values } = parseArgs({
  options: { config: { type: 'string' }, holds: { type: 'boolean' }, tells: { type: 'boolean' } },
});
const config = loadConfig(values.config, {});
const waiting = waitingOperation({
  holds: values.holds === true,
  began(step) {
    if (values.tells === true) console.log(JSON.stringify({ event: 'began', step }));
  },
});
const seams = { operations: (all: readonly Operation[]) => [...all, waiting] };
const controlPlane = await startControlPlane(config, pino({ level: config.log.level, base: null }), seams);
console.log(JSON.stringify({ event: 'listening', url: controlPlane.url, pid: process.pid }));
flushCompileCache();
process.once('SIGTERM', () => void controlPlane.stop().then(() => process.exit(0)));
