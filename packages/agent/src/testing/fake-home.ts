/**
 * A home with a small process in it that looks like an observer to the agent: executable `<home>/lib/observer`, working
 * directory `<home>`, pid file, graceful SIGUSR1. How it behaves is read from a file, so that a test can make it sick.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasEnded, readProcess } from '../process-reading.ts';
import { waitFor } from './wait-for.ts';

export interface Behaviour {
  readonly onSigusr1?: 'exit' | 'ignore';
  /** Time between SIGUSR1 and the end. */
  readonly exitAfterMs?: number;
  /** Ends after SIGUSR1, or writes its pid file, only once `release()` was called. */
  readonly exitOnRelease?: boolean;
  readonly pidFileOnRelease?: boolean;
  /** Ends at once with this exit code, after writing `text` to stderr and `log` to its log. */
  readonly earlyExit?: { readonly code: number; readonly text: string; readonly log?: string };
  /** `own` by default; a number is written as it is. */
  readonly pidFile?: 'own' | 'none' | number;
  /** Has a child with the same executable and working directory. */
  readonly forkChild?: boolean;
  /** Leaves a daemon behind and exits 0, as seekdb does. */
  readonly daemon?: boolean;
}

const script = `
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const behaviour = JSON.parse(fs.readFileSync('etc/behaviour.json', 'utf8'));
const note = (text) => fs.appendFileSync('log/events', text + '\\n');
const writePidFile = () => {
  const pid = behaviour.pidFile === undefined || behaviour.pidFile === 'own' ? process.pid : behaviour.pidFile;
  if (pid !== 'none') fs.writeFileSync('run/observer.pid', String(pid));
  note('ready ' + process.pid);
};
const whenReleased = (act) => {
  const timer = setInterval(() => {
    if (!fs.existsSync('etc/release')) return;
    clearInterval(timer);
    act();
  }, 10);
};
if (behaviour.earlyExit) {
  fs.writeSync(2, behaviour.earlyExit.text);
  if (behaviour.earlyExit.log) fs.appendFileSync('log/observer.log', behaviour.earlyExit.log);
  process.exit(behaviour.earlyExit.code);
}
if (behaviour.daemon && process.argv[2] !== '--daemon') {
  spawn('bin/observer', ['--daemon'], { detached: true, stdio: 'ignore' }).unref();
  process.exitCode = 0;
} else if (process.argv[2] === '--child') {
  note('started ' + process.pid);
  setInterval(() => undefined, 60000);
} else {
  note('started ' + process.pid + ' ' + (process.env.LD_LIBRARY_PATH ?? ''));
  process.on('SIGUSR1', () => {
    note('SIGUSR1');
    if (behaviour.onSigusr1 === 'ignore') return;
    const end = () => {
      fs.rmSync('run/observer.pid', { force: true });
      process.exit(0);
    };
    if (behaviour.exitOnRelease) whenReleased(end);
    else setTimeout(end, behaviour.exitAfterMs ?? 20);
  });
  setInterval(() => undefined, 60000);
  if (behaviour.forkChild) {
    // Ready when the child is.
    fs.watchFile('log/events', { interval: 20 }, () => {
      if (fs.readFileSync('log/events', 'utf8').split('started').length > 2) writePidFile();
    });
    spawn('bin/observer', ['--child'], { stdio: 'ignore' });
  } else if (behaviour.pidFileOnRelease) whenReleased(writePidFile);
  else writePidFile();
}
`;

export class FakeHome {
  readonly path: string;
  readonly #children: ChildProcess[] = [];

  constructor(behaviour: Behaviour = {}) {
    // The real path: the temporary folder itself may be a link.
    this.path = realpathSync(mkdtempSync(join(tmpdir(), 'openocp-home-')));
    for (const folder of ['bin', 'lib', 'run', 'etc', 'log']) {
      mkdirSync(join(this.path, folder));
    }
    try {
      linkSync(process.execPath, this.executable);
    } catch {
      // Another file system.
      copyFileSync(process.execPath, this.executable);
    }
    writeFileSync(this.launcher, `#!${this.executable}\n${script}`, { mode: 0o755 });
    this.behave(behaviour);
  }

  get executable(): string {
    return join(this.path, 'lib/observer');
  }

  get launcher(): string {
    return join(this.path, 'bin/observer');
  }

  get pidFile(): string {
    return join(this.path, 'run/observer.pid');
  }

  behave(behaviour: Behaviour): void {
    writeFileSync(join(this.path, 'etc/behaviour.json'), JSON.stringify(behaviour));
  }

  release(): void {
    writeFileSync(join(this.path, 'etc/release'), '');
  }

  /** Starts its process without the agent. */
  async spawn(): Promise<number> {
    return this.#adopt(spawn(this.launcher, { cwd: this.path, detached: true, stdio: 'ignore' }));
  }

  /** The same executable and script, in another working directory that has the folders it writes to. */
  async spawnIn(other: FakeHome): Promise<number> {
    return this.#adopt(
      spawn(this.executable, [this.launcher], { cwd: other.path, detached: true, stdio: 'ignore' }),
      other,
    );
  }

  /** Starts its process below a parent that never reaps it, so that it stays a zombie when it ends. */
  async spawnBelowCarelessParent(): Promise<number> {
    const known = this.pids().length;
    const parent = spawn('sh', ['-c', '"$0" & exec sleep 1000', this.launcher], {
      cwd: this.path,
      detached: true,
      stdio: 'ignore',
    });
    this.#children.push(parent);
    return waitFor('process below a careless parent', () => this.readyPids()[known]);
  }

  /** What the process wrote down: `started PID LIBRARY_PATH`, `ready PID`, and every SIGUSR1 it got. */
  events(): string[] {
    const file = join(this.path, 'log/events');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  pids(): number[] {
    return this.#pidsOf('started');
  }

  readyPids(): number[] {
    return this.#pidsOf('ready');
  }

  /** Ends everything that ever ran in this home, by pid, and removes the home. */
  async remove(): Promise<void> {
    for (const child of this.#children) {
      child.kill('SIGKILL');
    }
    for (const pid of this.pids()) {
      await killIfOf(pid, this.executable);
    }
    rmSync(this.path, { recursive: true, force: true });
  }

  async #adopt(child: ChildProcess, where: FakeHome = this): Promise<number> {
    this.#children.push(child);
    const { pid } = child;
    return waitFor('process ready', () => where.readyPids().find((ready) => ready === pid));
  }

  #pidsOf(event: string): number[] {
    return this.events()
      .filter((line) => line.startsWith(`${event} `))
      .map((line) => Number(line.split(' ')[1]));
  }
}

/** The pid may have passed on to a stranger: only a process with this executable is ended. */
async function killIfOf(pid: number, executable: string): Promise<void> {
  const reading = readProcess(pid);
  if (reading.state === 'alive' && reading.identity.executable === executable) {
    process.kill(pid, 'SIGKILL');
    await waitFor(`end of ${pid}`, () => hasEnded(pid, reading.identity.startTicks));
  }
}
