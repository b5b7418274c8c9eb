/** What has happened to a task, or is asked of it, since its last change; taken in when the next change is worked out. */
import { encodeRefusal } from './command-refusal.ts';
import { mustWait, type TaskEvent, takeIn } from './state-machine.ts';
import type { Task } from './task.ts';
import type { TaskDraft } from './task-draft.ts';
import type { CommandAnswer } from './task-store.ts';

export interface InboxEntry {
  readonly event: TaskEvent;
  /** The request of another instance that this is; its answer becomes durable with the event. */
  readonly requestId: string | undefined;
  /** Undefined: nobody waits for what comes of it. */
  readonly asker: Pick<PromiseWithResolvers<Task>, 'resolve' | 'reject'> | undefined;
}

interface TakenIn {
  readonly taken: InboxEntry[];
  readonly refused: readonly { readonly entry: InboxEntry; readonly error: unknown }[];
  readonly later: InboxEntry[];
  readonly answer: CommandAnswer | undefined;
}

/** At most one request in a change, so that a change that is withdrawn names the one to leave out. */
export function takeInAll(draft: TaskDraft, inbox: readonly InboxEntry[]): TakenIn {
  const taken: InboxEntry[] = [];
  const refused: { entry: InboxEntry; error: unknown }[] = [];
  const later: InboxEntry[] = [];
  let answer: CommandAnswer | undefined;
  for (const entry of inbox) {
    const { event, requestId } = entry;
    if (mustWait(draft, event) || (requestId !== undefined && answer !== undefined)) {
      later.push(entry);
      continue;
    }
    try {
      takeIn(draft, event);
      taken.push(entry);
      if (requestId !== undefined) answer = { requestId };
    } catch (error) {
      if (requestId === undefined) refused.push({ entry, error });
      else {
        taken.push(entry);
        answer = { requestId, refusal: encodeRefusal(error) };
      }
    }
  }
  return { taken, refused, later, answer };
}
