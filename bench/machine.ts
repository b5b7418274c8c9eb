/** The machine under the figures: what it is, and what one fsync costs on it at this moment. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './run-folder.ts';

export function describeMachine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, load ${load}`;
}

const fsyncsPerLook = 50;

/** Times of a 4 KiB write with fsync in the folder where the databases are too, milliseconds. */
export function measureFsyncs(): number[] {
  const file = openSync(join(makeFolder('fsync'), 'probe'), 'w');
  const block = Buffer.alloc(4096);
  const times = Array.from({ length: fsyncsPerLook }, () => {
    const begin = performance.now();
    writeSync(file, block);
    fsyncSync(file);
    return performance.now() - begin;
  });
  closeSync(file);
  return times;
}
