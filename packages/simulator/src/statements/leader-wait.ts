/** STOP and FORCE STOP answer only when no leader is left on the target. */
import { locationRows } from '../cluster/locations.ts';
import type { CurrentTables } from '../cluster/table-access.ts';
import { isKernelError, kernelError } from '../kernel-error.ts';
import { nowUs } from '../timing.ts';
import { wait } from '../wait.ts';
import { remainingOf, type StatementContext } from './statement-context.ts';

/** On timeout 4652: the stop itself stays. */
export async function waitForLeadersToLeave(
  context: StatementContext,
  isTarget: (server: string, current: CurrentTables) => boolean,
): Promise<void> {
  const { observer, deadline, interrupted } = context;
  while (!interrupted.aborted) {
    const current = await observer.currentTables(deadline).catch((error: unknown) => {
      throw isKernelError(error, 'timeout') ? kernelError('waitLeaderSwitchTimeout') : error;
    });
    const leaders = locationRows(current, nowUs()).filter(
      ({ role, server }) => role === 'LEADER' && isTarget(server, current),
    );
    if (leaders.length === 0) return;
    const left = remainingOf(context);
    if (left <= 0) throw kernelError('waitLeaderSwitchTimeout');
    await wait(Math.min(left, observer.timing.leaderPollMs));
  }
}
