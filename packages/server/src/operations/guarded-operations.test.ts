import type { Graph, Operation, StepContext, StepDefinition } from '@openocp/engine';
import { describe, expect, it, vi } from 'vitest';
import type { ClusterGuard } from './cluster-guard.ts';
import { guardOperation } from './guarded-operations.ts';

const unreachable = { kind: 'unreachable', why: 'no server answers', isOwnTask: false } as const;

/** Runs the only step of an operation while nobody can be asked whose the cluster is. */
async function runUnreached(
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  annotate: (attributes: Readonly<Record<string, string>>) => void = () => undefined,
): Promise<string> {
  let step: StepDefinition<null> | undefined;
  const graph = {
    step(definition: StepDefinition<null>) {
      step = definition;
      return {};
    },
  } as unknown as Graph;
  const run = vi.fn(async () => null);
  const operation = {
    name,
    build: (into: Graph) => void into.step({ name: 'first', after: [], run } as never),
  } as unknown as Operation;
  const guard = { pass: async () => unreachable } as unknown as ClusterGuard;
  guardOperation(operation, () => guard).build(graph, { clusterId: 1, ...parameters });
  const log = { warn: () => undefined };
  const context = { taskId: 7, mode: 'run', log, annotate } as unknown as StepContext;
  try {
    await step?.run(context);
    return run.mock.calls.length === 1 ? 'went on' : 'did nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('an operation on a cluster of which nobody can say who operates it', () => {
  it('is refused, and told which check to go past', async () => {
    const refusal =
      /could not be checked: no server answers\. Nothing was done\. .* override cluster-reachable/;
    expect(await runUnreached('server-stop', {})).toMatch(refusal);
    expect(await runUnreached('server-stop', { override: ['majority'] })).toMatch(refusal);
  });

  it('goes on by force, and by the name of the check', async () => {
    expect(await runUnreached('server-stop', { force: true })).toBe('went on');
    expect(await runUnreached('server-stop', { override: ['cluster-reachable'] })).toBe('went on');
  });

  it('keeps with the task who went past it, and why', async () => {
    const annotate = vi.fn();
    const override = { override: ['cluster-reachable'], by: 'dba1', reason: 'the cluster is down' };
    await runUnreached('server-stop', override, annotate);
    expect(annotate).toHaveBeenCalledExactlyOnceWith({
      overridden_guard: 'cluster-reachable',
      overridden_by: 'dba1',
      override_reason: 'the cluster is down',
    });
  });

  it('goes on when it only brings up what is down', async () => {
    expect(await runUnreached('cluster-start', {})).toBe('went on');
  });
});
