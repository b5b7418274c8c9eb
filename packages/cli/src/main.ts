#!/usr/bin/env node
/** The program `openocp`: a client of the public API, and the way to start a control plane. */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isForControlPlane, runControlPlane } from './control-plane-command.ts';

// Most of a short command is reading the same sources again. The folder is that of the control plane's program.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/openocp', import.meta.url)));
const words = process.argv.slice(2);
if (isForControlPlane(words)) await runControlPlane();
else await runClient();

async function runClient(): Promise<void> {
  const [{ createProgram }, { createTerminal }, { reportFailure }] = await Promise.all([
    import('./program.ts'),
    import('./terminal.ts'),
    import('./report-failure.ts'),
  ]);
  const terminal = createTerminal();
  try {
    const program = createProgram({ terminal, environment: process.env });
    if (words.length === 0) program.outputHelp();
    else await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    process.exitCode = await reportFailure(error, terminal, words.includes('--json'));
  }
}
