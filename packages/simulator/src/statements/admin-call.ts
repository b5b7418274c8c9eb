/** Sends an administrative statement to root service and waits for its verdict. */
import type { AdminReply, AdminRequest } from '../cluster/messages.ts';
import { KernelError, kernelError, queryTimeout } from '../kernel-error.ts';
import { RpcError } from '../rpc/rpc-error.ts';
import { wait } from '../wait.ts';
import { remainingOf, type StatementContext } from './statement-context.ts';

type WithoutTime<Request> = Request extends unknown ? Omit<Request, 'remainingMs' | 'sql'> : never;

const notRootService = kernelError('rsNotMaster').code;

export async function administer(
  context: StatementContext,
  request: WithoutTime<AdminRequest>,
): Promise<AdminReply> {
  const { access, peers } = context.observer;
  for (;;) {
    const left = remainingOf(context);
    if (left <= 0) throw queryTimeout(context.deadline.timeoutUs);
    const rs = access.rs ?? (await access.findRs());
    if (rs === undefined) {
      await wait(Math.min(100, left));
      continue;
    }
    try {
      return await peers.call<AdminReply>(
        rs,
        'admin',
        { ...request, sql: context.sql, remainingMs: left },
        left,
      );
    } catch (error) {
      if (!isWorthAnotherTry(error)) throw finalError(error, context);
      await wait(Math.min(100, left));
      await access.findRs();
    }
  }
}

/** Only when nothing can have been done: that server is not root service, or was never reached. */
function isWorthAnotherTry(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false;
  return error.failure === 'connect' || (error.failure === 'refused' && error.code === notRootService);
}

function finalError(error: unknown, context: StatementContext): Error {
  if (!(error instanceof RpcError)) return error instanceof Error ? error : kernelError('unexpected');
  if (error.failure === 'refused' && error.code !== 0) return new KernelError(error.code, error.message);
  if (error.failure === 'refused') return kernelError('unexpected', `Internal error: ${error.message}`);
  return queryTimeout(context.deadline.timeoutUs);
}
