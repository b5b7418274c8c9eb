/** Starts the installed kernels for a test: each with a folder of its own, on a free port, ended by pid. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findFreePort, type SqlServer, StatementAsker, waitFor } from '@openocp/testkit';
import { seekdbHome, startByHand } from './database-home.ts';

export interface RunningKernel extends SqlServer {
  stop(): Promise<void>;
}

const startTimeoutMs = 50_000;

/** Release 1.4.0: a process of its own. */
export async function startExecutable(executable: string): Promise<RunningKernel> {
  const home = await seekdbHome(executable);
  const kernel = { ip: '127.0.0.1', sqlPort: home.sqlPort };
  try {
    const code = await startByHand(home);
    if (code !== 0) throw new Error(`seekdb did not start: exit code ${code}`);
    await answers(kernel);
    return { ...kernel, stop: () => home.remove() };
  } catch (error) {
    await home.remove();
    throw error;
  }
}

/** Release 1.2.0: inside a Python process. */
export async function startLibrary(python: string): Promise<RunningKernel> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'openocp-seekdb-library-')));
  const kernel = { ip: '127.0.0.1', sqlPort: await findFreePort('0.0.0.0') };
  const script = join(import.meta.dirname, 'serve-library.py');
  const child = spawn(python, [script, join(folder, 'home'), String(kernel.sqlPort)], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errorText = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errorText += chunk.toString('utf8');
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const first = await Promise.race([
      once(createInterface(child.stdout), 'line'),
      ended.then(() => undefined),
    ]);
    if (first === undefined) throw new Error(`pylibseekdb did not start: ${errorText}`);
    await answers(kernel);
    return { ...kernel, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function answers(kernel: SqlServer): Promise<void> {
  await waitFor(
    'the kernel to answer',
    async () => {
      const asker = await StatementAsker.connect(kernel, '');
      asker.close();
      return true;
    },
    { timeoutMs: startTimeoutMs },
  );
}
