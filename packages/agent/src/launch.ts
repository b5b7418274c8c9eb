/**
 * Starts the launcher of a home as a process of its own: own session, so that neither the agent's end nor a Ctrl-C in
 * its terminal reaches it; output into the home's log folder, so that no pipe ties the two together. No shell: the
 * executable and its arguments are given as they are.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AgentFailure, messageOf } from './agent-failure.ts';
import type { ProcessKindRow } from './process-kind.ts';
import { readEnd } from './read-end.ts';

interface LauncherExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Launch {
  readonly pid: number | undefined;
  /** Undefined while the launcher runs. */
  exit(): LauncherExit | undefined;
}

/** The rest of the agent's environment is not the database's business, and may hold what it should not see. */
const inheritedVariables = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ'];
/** How much of its output is shown when a start fails. */
const shownOutputBytes = 2048;

/** @throws AgentFailure `start-failed` when the launcher cannot be executed. */
export async function launchProcess(
  home: string,
  kind: ProcessKindRow,
  args: readonly string[],
): Promise<Launch> {
  try {
    const child = spawnDetached(home, kind, args);
    let exit: LauncherExit | undefined;
    child.once('exit', (code, signal) => {
      exit = { code, signal };
    });
    child.unref();
    await once(child, 'spawn');
    return { pid: child.pid, exit: () => exit };
  } catch (cause) {
    throw new AgentFailure(
      'start-failed',
      `${join(home, kind.launcher)} cannot be executed: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
}

function spawnDetached(home: string, kind: ProcessKindRow, args: readonly string[]): ChildProcess {
  const output = openOutput(home, kind);
  try {
    return spawn(join(home, kind.launcher), [...kind.leadingArguments(home), ...args], {
      cwd: home,
      env: { ...chooseEnvironment(), ...kind.environment(home) },
      detached: true,
      stdio: ['ignore', output, output],
      ...chooseUser(home),
    });
  } finally {
    closeSync(output);
  }
}

/** The last lines of what the launcher and its process wrote to stdout and stderr, control characters removed. */
export function readLaunchOutput(home: string, kind: ProcessKindRow): string {
  return readEnd(outputPath(home, kind), shownOutputBytes).trim();
}

function outputPath(home: string, kind: ProcessKindRow): string {
  return join(home, 'log', `${kind.executableName}.start.log`);
}

/**
 * Emptied at each start, so it holds the words of one start only. NOFOLLOW: a link there must not empty another file.
 * Where it cannot be written the words are lost, but a database is not kept down for the sake of a log.
 */
function openOutput(home: string, kind: ProcessKindRow): number {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW } = constants;
  try {
    return openSync(outputPath(home, kind), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0o640);
  } catch {
    return openSync('/dev/null', O_WRONLY);
  }
}

function chooseEnvironment(): Record<string, string> {
  const pairs = inheritedVariables.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/**
 * A database refuses to start as another user than the one who owns its files, and files that a user may change must
 * not be executed as root: an agent that runs as root starts the process as the home's owner.
 */
function chooseUser(home: string): { uid: number; gid: number } | undefined {
  const { uid, gid } = statSync(home);
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : undefined;
}
