/**
 * One mutant for each of the invariants that the product promises: its guard taken out of the sources. If no test fails
 * then, the suite does not guard what it claims to guard. A patch replaces a text that occurs exactly once.
 */
export interface Patch {
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

export interface Mutant {
  readonly invariant: string;
  /** What the mutant does. */
  readonly what: string;
  readonly patches: readonly Patch[];
  /** The tests that must notice: a file and, where it is slow, the part of it that matters. */
  readonly catcher: { readonly file: string; readonly name?: string };
}

const planTests = { file: 'packages/server/src/planning/stop-plan.test.ts' };
const engineStateTests = { file: 'packages/engine/src/state-machine.test.ts' };

export const invariantMutants: readonly Mutant[] = [
  {
    invariant: 'OneZone',
    what: 'a server stopped in another zone is only worth a warning',
    patches: [
      {
        file: 'packages/server/src/planning/stop-checks.ts',
        text: '  return fail(header, {\n    evidence: `Stopped outside zone',
        by: '  return warn(header, {\n    evidence: `Stopped outside zone',
      },
    ],
    catcher: planTests,
  },
  {
    invariant: 'Majority',
    what: 'one member that is left is enough',
    patches: [
      {
        file: 'packages/server/src/planning/log-stream-health.ts',
        text: 'const needed = majorityOf(replicas);',
        by: 'const needed = Math.min(1, majorityOf(replicas));',
      },
    ],
    catcher: planTests,
  },
  {
    invariant: 'FailClosed',
    what: 'a check that could not be made does not block',
    patches: [
      {
        file: 'packages/server/src/planning/check.ts',
        text: "return check.result === 'FAIL' || check.result === 'UNKNOWN';",
        by: "return check.result === 'FAIL';",
      },
    ],
    catcher: planTests,
  },
  {
    invariant: 'StopBeforeKill',
    what: 'the last look before the signal does not ask whether the server is marked stopped and leads nothing',
    patches: [
      {
        file: 'packages/server/src/planning/stop-plan.ts',
        text: 'checkFresh(snapshot, gate), checkIsolated(snapshot, subject)]',
        by: 'checkFresh(snapshot, gate)]',
      },
    ],
    catcher: { file: 'packages/server/src/planning/stop-plan-kill.test.ts' },
  },
  {
    invariant: 'RightProcess',
    what: 'a reused pid counts as the recorded process',
    patches: [
      {
        file: 'packages/agent/src/recorded-process.ts',
        text: "(['bootId', 'pid', 'startTicks', 'executable', 'cwd'] as const)",
        by: "(['bootId', 'pid', 'executable', 'cwd'] as const)",
      },
    ],
    catcher: { file: 'packages/agent/src/recorded-process.test.ts' },
  },
  {
    invariant: 'NoFalseSuccess',
    what: 'a stop is called a success though a successor runs',
    patches: [
      {
        file: 'packages/server/src/operations/observer-process.ts',
        text: '      rejectSuccessor(seen, target, recorded);\n',
        by: '',
      },
      {
        file: 'packages/server/src/operations/observer-process.ts',
        text: 'const gone = seen.process === null && seen.otherPids.length === 0 && seen.listeningPorts.length === 0;',
        by: 'const gone = true;',
      },
    ],
    catcher: { file: 'test/integration/right-process.test.ts', name: 'comes back by itself' },
  },
  {
    invariant: 'EffectOnce',
    what: 'the agent acts again on a command that it has a result for',
    patches: [
      {
        file: 'packages/agent/src/command-gate.ts',
        text: '    return result;\n  }\n\n  /** The same command under a newer owner',
        by: '    return undefined;\n  }\n\n  /** The same command under a newer owner',
      },
    ],
    catcher: { file: 'packages/agent/src/command-gate.test.ts' },
  },
  {
    invariant: 'Fencing',
    what: 'the store accepts changes under an old fence',
    patches: [
      {
        file: 'packages/server/src/store/task-apply.ts',
        text: "'id = ? and fence = ? and owner = ?'",
        by: "'id = ? and fence >= ? and owner = ?'",
      },
    ],
    catcher: { file: 'packages/server/src/store/task-store.test.ts', name: 'a task store in SQLite' },
  },
  {
    invariant: 'Legal',
    what: 'changes are not held against the table of transitions',
    patches: [
      {
        file: 'packages/engine/src/task-draft.ts',
        text: 'if (!isLegalSubtaskChange(before, after)) {',
        by: 'if (isLegalSubtaskChange(before, after) === undefined) {',
      },
    ],
    catcher: engineStateTests,
  },
  {
    invariant: 'Order',
    what: 'a subtask starts when one of its upstreams has succeeded',
    patches: [
      {
        file: 'packages/engine/src/task-scheduling.ts',
        text: "subtask.upstreams.every((id) => draft.subtask(id)?.status === 'SUCCESSFUL')",
        by: "(subtask.upstreams.length === 0 || subtask.upstreams.some((id) => draft.subtask(id)?.status === 'SUCCESSFUL'))",
      },
    ],
    catcher: engineStateTests,
  },
  {
    invariant: 'Durable',
    what: 'a commit is answered before it is on the disk',
    patches: [
      {
        file: 'packages/server/src/store/sqlite-database.ts',
        text: 'pragma synchronous = full;',
        by: 'pragma synchronous = off;',
      },
    ],
    catcher: { file: 'packages/server/src/store/sqlite-database.test.ts' },
  },
  {
    invariant: 'Mutex',
    what: 'an operation does not claim its cluster',
    patches: [
      {
        file: 'packages/server/src/app/submit-task.ts',
        text: 'claims: [clusterClaim(cluster.id)],',
        by: 'claims: [],',
      },
    ],
    catcher: { file: 'test/integration/server-stop.test.ts', name: 'two requests at once' },
  },
  {
    invariant: 'RollbackRestores',
    what: 'the rollback of a stop does not start the process again',
    patches: [
      {
        file: 'packages/server/src/operations/stop-process-step.ts',
        text: '  await startProcess(context, services, before.target);\n',
        by: '',
      },
      {
        file: 'packages/server/src/operations/stop-process-step.ts',
        text: "if (before.kernelReachable && proof === 'isolated') {",
        by: 'if (before.kernelReachable && services === undefined) {',
      },
    ],
    catcher: {
      file: 'test/faults/operation-rollback.test.ts',
      name: 'fails after the work of Wait observer stop',
    },
  },
  {
    invariant: 'CancelConsistent',
    what: 'a cancel settles while its body still runs',
    patches: [
      {
        file: 'packages/engine/src/step-run.ts',
        text: '    this.#interruption.interrupt(reason);\n',
        by: "    this.#interruption.interrupt(reason);\n    if (this.#isCancelled) this.#end({ kind: 'cancelled' });\n",
      },
    ],
    catcher: { file: 'packages/engine/src/engine-commands.test.ts' },
  },
  {
    invariant: 'SkipHonest',
    what: 'a safety check may be skipped',
    patches: [
      {
        file: 'packages/engine/src/state-machine.ts',
        text: '  if (subtask.prohibitSkip) throw new SkipProhibited(task.id, subtaskId);\n',
        by: '',
      },
    ],
    catcher: { file: 'packages/engine/src/state-machine-commands.test.ts' },
  },
  {
    invariant: 'ClockFree',
    what: 'a lease is judged by the wall clock',
    patches: [
      {
        file: 'packages/engine/src/lease-keeper.ts',
        text: 'const sentAt = clock.monotonic();',
        by: 'const sentAt = clock.now();',
      },
    ],
    catcher: { file: 'packages/engine/src/engine-fencing.test.ts' },
  },
  {
    invariant: 'NoSecret',
    what: 'the diagnosis of a task shows fields with the names of secrets',
    patches: [
      {
        file: 'packages/server/src/app/secret-fields.ts',
        text: '.filter(([name]) => !secretName.test(name))',
        by: '.filter(([name]) => name !== secretName.source)',
      },
    ],
    catcher: { file: 'packages/server/src/app/diagnosis.test.ts' },
  },
];
