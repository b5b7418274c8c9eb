/** Whatever was thrown, as words for the person, JSON for the program, and an exit code for the script. */
import type { ExitKind } from '@openocp/contract';
import { CommanderError } from 'commander';
import { ApiFailure, CliFailure, PlanRefusal } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** The table of errors is large and needed only here, so it is loaded only here. */
async function exitCodeOf(failure: CliFailure): Promise<number> {
  const { deriveExitCode, exitCodes } = await import('@openocp/contract');
  if (!(failure instanceof ApiFailure)) return exitCodes[failure.kind].code;
  return deriveExitCode(failure.error.code, failure.error.httpStatus);
}

function toFailure(thrown: unknown): CliFailure {
  if (thrown instanceof CliFailure) return thrown;
  const words = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new CliFailure('internal', `An unexpected error: ${words}`, { cause: thrown });
}

/** For `--json`: the error as the API told it, or in its form. */
function describeFailure(failure: CliFailure, exitCode: number) {
  const error =
    failure instanceof ApiFailure
      ? failure.error
      : {
          kind: failure.kind satisfies ExitKind,
          message: failure.message,
          ...(failure instanceof PlanRefusal ? { checks: failure.checks } : {}),
        };
  return { error, exitCode };
}

/** @returns the exit code */
export async function reportFailure(thrown: unknown, terminal: Terminal, asJson: boolean): Promise<number> {
  if (thrown instanceof CommanderError) {
    // Help was asked for, or commander has said what is wrong.
    if (thrown.exitCode === 0) return 0;
    const usage = new CliFailure('usage', thrown.message);
    return asJson ? tell(usage, terminal, true) : exitCodeOf(usage);
  }
  const failure = toFailure(thrown);
  terminal.note(terminal.paint('red', failure.message));
  if (failure instanceof ApiFailure)
    for (const { field, message } of failure.error.subErrors ?? []) terminal.note(`  ${field}: ${message}`);
  // A task that failed, or a plan that was asked for, has been printed as the result already.
  const isPrinted = failure.kind === 'taskFailed' || (failure instanceof PlanRefusal && failure.isShown);
  return tell(failure, terminal, asJson && !isPrinted);
}

async function tell(failure: CliFailure, terminal: Terminal, asJson: boolean): Promise<number> {
  const exitCode = await exitCodeOf(failure);
  if (asJson) terminal.out(JSON.stringify(describeFailure(failure, exitCode), null, 2));
  return exitCode;
}
