// node scripts/run.mjs PROGRAM [ARG ...]: sets up, then runs a program of ours with the Node that came with the dependencies.
// Plain JavaScript for old Nodes. Signals are passed on, and the program notices by its channel when this one is gone.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundled = join(root, 'node_modules', '.bin', 'node');
const [program, ...args] = process.argv.slice(2);
const child = spawn(existsSync(bundled) ? bundled : process.execPath, [join(root, program), ...args], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
// Ctrl-C in a terminal reaches the program by itself; passing it on once more does no harm.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// npm passes a signal to its shell, and the shell dies without telling us: then the parent is another one.
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  child.kill('SIGTERM');
}, 250);
watch.unref();
child.on('error', (error) => {
  console.error(`${program} could not be started: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? code : 128 + constants.signals[signal];
});
