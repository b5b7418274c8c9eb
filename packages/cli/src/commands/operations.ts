/** What can be done with servers, zones and clusters, and with which options: one table for commands and their plans. */
import type { Command } from 'commander';
import type { OperationOptions } from '../run-operation.ts';
import type { SessionOptions } from '../session.ts';
import { choice, collect, positiveInteger } from './common-options.ts';

export const verbs = ['stop', 'start', 'restart'] as const;
export type Verb = (typeof verbs)[number];

export type Resource = 'server' | 'zone' | 'cluster';

export interface OperationFlags extends SessionOptions, OperationOptions {
  readonly type?: 'service' | 'process';
  readonly freeze?: boolean;
  readonly reason?: string;
  readonly batchSize?: number;
}

/** Adds the options that belong to any of these verbs. */
export function addOperationOptions(command: Command, resource: Resource, forVerbs: readonly Verb[]): void {
  const goesDown = forVerbs.includes('stop') || forVerbs.includes('restart');
  if (resource === 'server' && forVerbs.includes('stop'))
    command.addOption(
      choice('--type <type>', 'isolate the service only, or stop the process too (the default)', [
        'service',
        'process',
      ]),
    );
  if (goesDown) {
    if (resource === 'server')
      command.option('--freeze', 'freeze the memtables first, for a faster recovery');
    command
      .option('--force', 'go past every check that may be overridden; what was overridden is recorded')
      .option('--override <check>', 'go past this check only; may be repeated', collect)
      .option('--reason <text>', 'why; recorded with what is overridden');
  }
  if (resource === 'cluster' && forVerbs.includes('restart'))
    command.option('--batch-size <n>', 'servers of a zone to restart at once', positiveInteger);
}

/** Only what was asked for: an older control plane then sees what it knows. */
export function parametersOf(flags: OperationFlags): Record<string, unknown> {
  const { type, freeze, force, override, reason, batchSize } = flags;
  return {
    ...(type === undefined ? {} : { type: type === 'service' ? 'STOP_SERVICE' : 'STOP_PROCESS' }),
    ...(freeze === true ? { freezeServer: true } : {}),
    ...(force === true ? { force: true } : {}),
    ...(override === undefined ? {} : { override }),
    ...(reason === undefined ? {} : { reason }),
    ...(batchSize === undefined ? {} : { batchSize }),
  };
}
