import type { Engine } from '@openocp/engine';
import { describe, expect, it } from 'vitest';
import type { SqlTaskStore } from '../store/task-store.ts';
import { everything, hearUntil, isEnd, mariadb, startInstance, stores, submit } from './event-hub-fixture.ts';

/** The answer to the commit that ends a task is held back until the hub has asked for the task. */
class HeldEnd {
  readonly #released = Promise.withResolvers<void>();
  #isCommitted = false;
  #waiting = 0;
  committed: () => Promise<void> = async () => {};

  over(store: SqlTaskStore): SqlTaskStore {
    return {
      ...store,
      apply: async (changes, delivery) => {
        const outcomes = await store.apply(changes, delivery);
        if (changes.some(({ task }) => task?.status === 'SUCCESSFUL')) {
          await this.committed();
          this.#isCommitted = true;
          // Who asked before the commit waits for this very answer, and asks no second time.
          if (this.#waiting > 0) this.#released.resolve();
          await this.#released.promise;
        }
        return outcomes;
      },
    };
  }

  askedOf(engine: Engine): Pick<Engine, 'events' | 'fetchSettled'> {
    return {
      events: engine.events,
      fetchSettled: (taskId) => {
        this.#waiting += 1;
        const task = engine.fetchSettled(taskId).finally(() => {
          this.#waiting -= 1;
        });
        if (this.#isCommitted) this.#released.resolve();
        return task;
      },
    };
  }
}

describe.each(Object.entries(stores))('the end of a task in %s', (_name, createUrl) => {
  it('is told before the next line of another, however late its engine hears of its commit', async () => {
    const held = new HeldEnd();
    const { engine, hub, database } = await startInstance(await createUrl(), 'a', true, {}, held);
    const other = await submit(engine, { steps: 1, looks: 100 });
    const { id } = await submit(engine, { steps: 1 });
    held.committed = async () => {
      const about = { task_id: other.id, subtask_id: other.subtasks[0]?.id ?? 0, attempt: 1 };
      const row = { ...about, operation: 'EXECUTE', level: 'INFO', time: 1, text: 'beside' } as const;
      await database.db.insertInto('subtask_log').values(row).execute();
    };
    const answer = await hub.listen(everything, 0);
    const heard = await hearUntil(answer, ({ data }) => data.text === 'beside');
    expect(heard.filter(isEnd).map(({ data }) => data.id)).toEqual([id]);
  });
});

describe.skipIf(mariadb === undefined)(
  'a line that becomes visible late, behind later ones of other tasks',
  () => {
    it('is told all the same, with the state of its task, and the stream does not go back', async () => {
      const url = (await mariadb?.createDatabase()) ?? '';
      const { engine, database } = await startInstance(url, 'a', true);
      const { hub } = await startInstance(url, 'b', false);
      const slow = await submit(engine, { steps: 1 });
      await hearUntil(await hub.listen({ ...everything, taskId: slow.id }, 0), isEnd);
      const heard = hearUntil(
        await hub.listen(everything, undefined),
        (event) => event.data.operation === 'SKIP',
      );
      const others = await hub.listen(everything, undefined);
      const otherId = await database.db.transaction().execute(async (transaction) => {
        const about = { task_id: slow.id, subtask_id: slow.subtasks[0]?.id ?? 0, attempt: 1 };
        const row = { ...about, operation: 'EXECUTE', level: 'INFO', time: 1, text: 'held up' } as const;
        await transaction.insertInto('subtask_log').values(row).execute();
        await transaction.updateTable('task').set({ operation: 'SKIP' }).where('id', '=', slow.id).execute();
        const { id } = await submit(engine, { steps: 2 });
        await hearUntil(others, (event) => isEnd(event) && event.data.id === id);
        return id;
      });
      const all = await heard;
      const late = all.findIndex(({ data }) => data.text === 'held up');
      expect(late).toBeGreaterThan(all.findIndex((event) => isEnd(event) && event.data.id === otherId));
      expect(all.at(-1)?.data).toMatchObject({ id: slow.id, operation: 'SKIP' });
      const places = all.flatMap(({ id }) => (id === undefined ? [] : [id]));
      expect(places).toEqual([...places].sort((first, second) => first - second));
    });
  },
);
