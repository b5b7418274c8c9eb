/**
 * What every operation on a server, a zone or a cluster has in common: show the plan, ask, submit, follow to the end. The
 * server judges again when it gets the request; what is refused here is only spared the way.
 */
import { constants } from 'node:os';
import { type Plan, plan, type Task, task } from './answers.ts';
import { createDrawing } from './draw-task.ts';
import { ApiFailure, CliFailure, PlanRefusal } from './failure.ts';
import { followTask } from './follow-task.ts';
import { listRefusing, renderPlan } from './render-plan.ts';
import type { Session } from './session.ts';
import { describeEnd } from './task-lines.ts';

export interface OperationOptions {
  readonly yes?: boolean;
  /** False with `--no-follow`. */
  readonly follow?: boolean;
  readonly force?: boolean;
  readonly override?: readonly string[];
}

export interface OperationRequest {
  /** Takes the operation; its plan is below: `/api/v2/ob/clusters/1/servers/2/stop`. */
  readonly path: string;
  /** `Stop server 2 (10.0.0.1:2882) of cluster obcluster` */
  readonly title: string;
  /** Whether a person has to say yes first. */
  readonly needsYes: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What a person has to type before a whole cluster goes down; a yes is enough without it. */
  readonly confirmation?: string;
}

/** @returns undefined when the control plane is too old to plan; the operation itself checks all the same */
async function fetchPlan({ client }: Session, { path, parameters }: OperationRequest) {
  try {
    return await client.post(plan, `${path}/plan`, parameters);
  } catch (error) {
    if (error instanceof ApiFailure && error.isUnknownPath) return undefined;
    throw error;
  }
}

/** `plan`: shows, changes nothing. @throws CliFailure refused when the operation would be */
export async function showPlan(
  session: Session,
  request: OperationRequest,
  options: OperationOptions,
): Promise<void> {
  const { terminal, client } = session;
  const { value, raw } = await client.post(plan, `${request.path}/plan`, request.parameters);
  session.show(raw, () => renderPlan(value, request.title, terminal.paint));
  rejectRefused(value, request, options, { isShown: true });
}

function rejectRefused(
  found: Plan,
  request: OperationRequest,
  { force = false, override = [] }: OperationOptions,
  { isShown }: { readonly isShown: boolean },
): void {
  const refusing = listRefusing(found, { force, override });
  const isForced = force || override.length > 0;
  if (refusing.length === 0 && (found.verdict !== 'BLOCKED' || isForced)) return;
  const names = refusing.map(({ name }) => name).join(', ');
  const checks = names === '' ? 'its plan' : `${refusing.length === 1 ? 'check' : 'checks'} ${names}`;
  throw new PlanRefusal(`${request.title} is refused by ${checks}; nothing was changed.`, refusing, isShown);
}

export async function runOperation(
  session: Session,
  request: OperationRequest,
  options: OperationOptions,
): Promise<void> {
  const { terminal, client } = session;
  const say = (text: string) => (session.json ? terminal.note(text) : terminal.out(text));
  requireWayToAsk(session, request, options);
  const planned = await fetchPlan(session, request);
  if (planned !== undefined) {
    say(renderPlan(planned.value, request.title, terminal.paint));
    rejectRefused(planned.value, request, options, { isShown: false });
  } else if (request.needsYes) {
    say(
      `${request.title}: this control plane shows no plan beforehand; it makes its checks when it is told.`,
    );
  }
  await confirm(session, request, options);
  // From here on there may be a task: who interrupts is told its number.
  const interrupt = watchInterrupt();
  const submitted = await client.submit(task, request.path, request.parameters);
  say(`Task ${submitted.value.id} (${submitted.value.name}) was created.`);
  await followUnlessTold(session, submitted, options, interrupt);
}

/** A script that forgot `--yes` learns so before anything is looked at. */
function requireWayToAsk(
  { terminal }: Session,
  request: OperationRequest,
  { yes = false }: OperationOptions,
): void {
  if (!request.needsYes || yes || terminal.canAsk) return;
  throw new CliFailure(
    'usage',
    `${request.title}: nobody can be asked here, since this is no terminal. Say --yes if you are sure.`,
  );
}

async function confirm(
  { terminal }: Session,
  request: OperationRequest,
  { yes = false }: OperationOptions,
): Promise<void> {
  if (!request.needsYes || yes) return;
  const { confirmation } = request;
  const question =
    confirmation === undefined
      ? `${request.title}? [y/N] `
      : `${request.title}? Type ${confirmation} to go on: `;
  const answer = (await terminal.ask(question)).trim();
  const isYes = confirmation === undefined ? /^y(es)?$/i.test(answer) : answer === confirmation;
  if (!isYes) throw new CliFailure('notConfirmed', 'Not confirmed; nothing was changed.');
}

/** Follows a task that was submitted or told to do something, and prints it as the result. */
export async function followUnlessTold(
  session: Session,
  submitted: { readonly value: Task; readonly raw: unknown },
  { follow = true }: Pick<OperationOptions, 'follow'>,
  interrupt: Interrupt = watchInterrupt(),
): Promise<void> {
  if (follow) return followToEnd(session, submitted.value.id, interrupt);
  const { id } = submitted.value;
  interrupt.end();
  session.show(submitted.raw, () => `Follow it: openocp task follow ${id}`);
}

/** @throws CliFailure taskFailed when it fails, interrupted on Ctrl-C */
export async function followToEnd(
  session: Session,
  taskId: number,
  interrupt: Interrupt = watchInterrupt(),
): Promise<void> {
  const { terminal, client } = session;
  const drawing = await createDrawing(terminal, session.json);
  let ended: Task;
  try {
    ended = await followTask(client, taskId, {
      signal: interrupt.signal,
      onState: (state) => drawing.show(state),
      onTrouble: (message) => terminal.note(message),
    });
  } catch (error) {
    if (interrupt.signal.aborted) throw interruption(taskId);
    throw error;
  } finally {
    interrupt.end();
    await drawing.end();
  }
  session.show(ended, () => describeEnd(ended));
  if (ended.status === 'FAILED') throw new CliFailure('taskFailed', `Task ${taskId} has failed.`);
}

/** Ctrl-C, from now on until `end()`. A second one ends the program at once. */
interface Interrupt {
  readonly signal: AbortSignal;
  end(): void;
}

function watchInterrupt(): Interrupt {
  const abort = new AbortController();
  const onInterrupt = () => {
    if (abort.signal.aborted) process.exit(128 + constants.signals.SIGINT);
    abort.abort();
  };
  // Not `once`: what restores the cursor ends the program when it finds no other listener left.
  process.on('SIGINT', onInterrupt);
  return { signal: abort.signal, end: () => process.off('SIGINT', onInterrupt) };
}

function interruption(taskId: number): CliFailure {
  return new CliFailure(
    'interrupted',
    `Task ${taskId} goes on in the control plane. See it: openocp task follow ${taskId}. Stop what it is doing: openocp task cancel ${taskId}`,
  );
}
