/**
 * The control plane with faults at points of its operations; `fault.ts` tells which. A program:
 * `node faulty-control-plane.ts --config FILE`, with the environment variable that names the file of faults.
 */
import { parseArgs } from 'node:util';
import type { Operation, TaskStore } from '@openocp/engine';
import { loadConfig } from '@openocp/server/config';
import { startControlPlane } from '@openocp/server/control-plane';
import { pino } from 'pino';
import { faultVariable } from './fault.ts';
import { FaultBook } from './fault-book.ts';
import { wrapOperations } from './faulty-operations.ts';
import { FaultyStore } from './faulty-store.ts';
import { FullDisk } from './full-disk.ts';

const { values } = parseArgs({ options: { config: { type: 'string' } } });
const file = process.env[faultVariable];
if (file === undefined) throw new Error(`${faultVariable} must name the file of faults`);
const book = new FaultBook(file);
const disk = new FullDisk();
disk.watch();

const config = loadConfig(values.config, process.env);
const seams = {
  operations: (all: readonly Operation[]) => wrapOperations(book, all),
  taskStore: (store: TaskStore) => new FaultyStore(store, book, disk).store,
};
const log = pino({ level: config.log.level, base: null });
const controlPlane = await startControlPlane(config, log, seams);
console.log(JSON.stringify({ event: 'listening', url: controlPlane.url, pid: process.pid }));
process.once('SIGTERM', () => void controlPlane.stop().then(() => process.exit(0)));
