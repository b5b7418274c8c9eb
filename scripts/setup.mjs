// Installs the dependencies when they are missing or differ from the lock file, and checks the Node that will run.
// Plain JavaScript for old Nodes: this file runs on whatever `node` the user has.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules', '.openocp-installed');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing dependencies (npm ci) ...');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const run = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) {
    console.error('npm ci failed; see the messages above.');
    process.exit(run.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}

const bundled = join(root, 'node_modules', '.bin', 'node');
const major = Number(process.versions.node.split('.')[0]);
if (!existsSync(bundled) && major < 24) {
  console.error(
    `OpenOCP needs Node 24 or newer; this is Node ${process.versions.node}. ` +
      'On Linux x64 a suitable Node is installed with the dependencies; elsewhere please install one.',
  );
  process.exit(1);
}
