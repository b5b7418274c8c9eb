/** Options that many commands share, in the same words everywhere. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Outside } from '../session.ts';
import { openSession, type Session, type SessionOptions } from '../session.ts';

/** Where and who, and how the answer looks. */
export function addSessionOptions(command: Command, withCluster: boolean): Command {
  command
    .option('--url <url>', 'address of the control plane (OPENOCP_URL)')
    .option('--user <name>', 'user who calls (OPENOCP_USER)')
    .option('--config <file>', 'configuration file instead of ~/.config/openocp/config.yaml (OPENOCP_CONFIG)')
    .option('--json', 'print the result as JSON');
  if (withCluster)
    command.option(
      '-c, --cluster <name>',
      'name or id of the cluster (OPENOCP_CLUSTER); needed when there are several',
    );
  return command;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number from 1.');
}

export const collect = (text: string, before: readonly string[] = []) => [...before, text];

export function addFollowOption(command: Command): Command {
  return command.option('--no-follow', 'do not wait for the end of the task');
}

export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values);
}

export type Work<Options, Args extends readonly unknown[]> = (
  session: Session,
  options: Options,
  ...args: Args
) => Promise<void>;

/** Runs the work of a command in a session that its options describe. */
export function act<Options extends SessionOptions, Args extends readonly unknown[]>(
  command: Command,
  outside: Outside,
  work: Work<Options, Args>,
): void {
  command.action(async (...given: unknown[]) => {
    // commander passes arguments, options and the command; which types they have is said where they are declared.
    const args = given.slice(0, -2) as unknown as Args;
    const options = given.at(-2) as Options;
    await work(await openSession(options, outside), options, ...args);
  });
}
