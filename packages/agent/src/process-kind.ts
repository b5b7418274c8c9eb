/** The kinds of database process the agent knows, as a table. A new kind is a new row, never an `if` elsewhere. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ProcessIdentity, ProcessKind } from '@openocp/contract';
import { AgentFailure } from './agent-failure.ts';

export interface ProcessKindRow {
  readonly kind: ProcessKind;
  /** What a start executes, below the home. Its presence also tells which kind a home is. */
  readonly launcher: string;
  /** File name of the running executable. Its folder is free: installers link `bin/observer` from a repository. */
  readonly executableName: string;
  /** Below the home; one decimal number. A stale one is normal: only a graceful exit of an observer removes it. */
  readonly pidFile: string;
  /** The kernel's own shutdown. SIGTERM is none: an observer answers it by killing itself. */
  readonly gracefulSignal: 'SIGUSR1';
  /** Arguments in front of those of the command. */
  readonly leadingArguments: (home: string) => readonly string[];
  /** What a server needs below its home before it is started the first time; parents first. */
  readonly folders: readonly string[];
  /** Any of these tells that a server has left its data. */
  readonly dataMarkers: readonly string[];
  readonly environment: (home: string) => Readonly<Record<string, string>>;
}

const processKinds: readonly ProcessKindRow[] = [
  {
    kind: 'observer',
    launcher: 'bin/observer',
    executableName: 'observer',
    pidFile: 'run/observer.pid',
    gracefulSignal: 'SIGUSR1',
    leadingArguments: () => [],
    folders: ['etc', 'log', 'run', 'store', 'store/clog', 'store/slog', 'store/sstable'],
    dataMarkers: ['store/clog/tenant_1', 'store/sstable/block_file', 'etc/observer.config.bin'],
    environment: (home) => ({ LD_LIBRARY_PATH: join(home, 'lib') }),
  },
  {
    kind: 'seekdb',
    // A link to the executable, which the first start leaves in the home.
    launcher: 'run/seekdb',
    executableName: 'seekdb',
    pidFile: 'run/seekdb.pid',
    gracefulSignal: 'SIGUSR1',
    leadingArguments: (home) => ['--base-dir', home],
    folders: ['etc', 'log', 'run', 'store'],
    dataMarkers: ['store/clog', 'etc/seekdb.config.bin'],
    environment: () => ({}),
  },
];

/** @throws AgentFailure `home-not-found` when the folder holds no database the agent knows. */
export function kindOfHome(home: string): ProcessKindRow {
  const row = processKinds.find((candidate) => existsSync(join(home, candidate.launcher)));
  if (row === undefined) {
    const wanted = processKinds.map((candidate) => candidate.launcher).join(' nor ');
    throw new AgentFailure('home-not-found', `${home} is not a database home: it holds neither ${wanted}`);
  }
  return row;
}

/** Does this process belong to the home? By executable name and working directory, as the process tables say. */
export function belongsToHome(process: ProcessIdentity, home: string, kind: ProcessKindRow): boolean {
  return process.cwd === home && basename(process.executable) === kind.executableName;
}
