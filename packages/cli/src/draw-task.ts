/** Shows a task while it runs: its graph redrawn in place on a terminal, plain lines elsewhere. */
import type { Listr as ListrType } from 'listr2';
import type { Task } from './answers.ts';
import { detailOf, markOf, orderSubtasks, TaskLines } from './task-lines.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './text-table.ts';

export interface TaskDrawing {
  show(task: Task): void;
  /** Nothing is drawn any more, whether or not the task has ended. */
  end(): Promise<void>;
}

/** @param isQuiet the result goes to a program: the progress goes where the errors go */
export async function createDrawing(terminal: Terminal, isQuiet: boolean): Promise<TaskDrawing> {
  if (terminal.canRedraw && !isQuiet) {
    const { Listr } = await import('listr2');
    return new LiveDrawing(Listr);
  }
  const lines = new TaskLines();
  const say = (text: string) => (isQuiet ? terminal.note(text) : terminal.out(text));
  return {
    show: (task) => {
      for (const line of lines.take(task)) say(`  ${printable(line)}`);
    },
    end: async () => undefined,
  };
}

type Outcome = { readonly kind: 'done' | 'left' } | { readonly kind: 'failed'; readonly text: string };

interface Row {
  readonly outcome: PromiseWithResolvers<Outcome>;
  write: (text: string) => void;
}

/** What listr2 gives to the row that it draws. */
interface Drawn {
  output: string;
  skip(message?: string): void;
}

class LiveDrawing implements TaskDrawing {
  readonly #listr: typeof ListrType;
  #rows = new Map<number, Row>();
  #drawn: Promise<unknown> = Promise.resolve();
  #operation: string | undefined;
  /** Another operation (a rollback begins) is drawn anew; its drawing waits for the end of the one before. */
  #turn: Promise<void> = Promise.resolve();

  constructor(listr: typeof ListrType) {
    this.#listr = listr;
  }

  show(task: Task): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#operation !== task.operation) await this.#begin(task);
      this.#update(task);
    });
  }

  async end(): Promise<void> {
    await this.#turn;
    await this.#leaveRows();
  }

  async #begin(task: Task): Promise<void> {
    await this.#leaveRows();
    this.#operation = task.operation;
    this.#rows = new Map(
      task.subtasks.map(({ id }) => [id, { outcome: Promise.withResolvers(), write: () => undefined }]),
    );
    const tasks = orderSubtasks(task).map(({ id, name }) => ({
      title: printable(name),
      task: (_context: unknown, own: Drawn) => drawRow(own, this.#rows.get(id)),
    }));
    // Ctrl-C is for whoever follows the task; listr2 would end the program.
    const options = { concurrent: false, exitOnError: false, registerSignalListeners: false };
    this.#drawn = new this.#listr(tasks, options).run();
  }

  /** Rows without an end stay as they are, marked as not run. */
  async #leaveRows(): Promise<void> {
    for (const { outcome } of this.#rows.values()) outcome.resolve({ kind: 'left' });
    await this.#drawn;
  }

  #update(task: Task): void {
    for (const subtask of task.subtasks) {
      const row = this.#rows.get(subtask.id);
      const mark = markOf(subtask, task);
      if (mark === 'done' || mark === 'undone') row?.outcome.resolve({ kind: 'done' });
      if (mark === 'untouched') row?.outcome.resolve({ kind: 'left' });
      if (mark === 'failed' && task.status !== 'RUNNING')
        row?.outcome.resolve({ kind: 'failed', text: printable(detailOf(subtask)) });
      if (mark === 'waiting') row?.write(`waits for ${printable(detailOf(subtask))}`);
    }
  }
}

async function drawRow(own: Drawn, row: Row | undefined): Promise<void> {
  if (row === undefined) return;
  row.write = (text) => {
    own.output = text;
  };
  const outcome = await row.outcome.promise;
  if (outcome.kind === 'failed') throw new Error(outcome.text);
  if (outcome.kind === 'left') own.skip();
}
