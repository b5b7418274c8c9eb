/**
 * One process acts under the name of an instance: the one that started last. Two that are configured with one name, or one
 * that is thawed after a supervisor has started it anew elsewhere, would keep each other's lease alive, and the tasks of the
 * first that dies would never be taken over. The older one finds out with its next renewal, and gives up.
 */
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

/** A process that started later acts under this name. */
export class InstanceReplaced extends Error {
  override readonly name = 'InstanceReplaced';
  constructor(instance: string) {
    super(
      `Another process was started as instance ${instance}, and this one no longer runs tasks. End one of the two, or give each a name of its own: "instance" in the configuration`,
    );
  }
}

export class InstanceNames {
  readonly #db: Kysely<Database>;
  /** Names under which this process acts, each with what it has written for that. */
  readonly #own = new Map<string, string>();

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** The first time it takes the name, from whoever has it. @throws InstanceReplaced */
  async require(instance: string): Promise<void> {
    const own = this.#own.get(instance);
    if (own === undefined) this.#own.set(instance, await this.#take(instance));
    else if (!(await this.isOwn(instance))) throw new InstanceReplaced(instance);
  }

  async isOwn(instance: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('instance_process')
      .select('process')
      .where('instance', '=', instance)
      .executeTakeFirst();
    return row !== undefined && row.process === this.#own.get(instance);
  }

  async #take(instance: string): Promise<string> {
    const process = randomUUID();
    const replace = () =>
      this.#db
        .updateTable('instance_process')
        .set({ process })
        .where('instance', '=', instance)
        .executeTakeFirst();
    if ((await replace()).numUpdatedRows > 0n) return process;
    try {
      await this.#db.insertInto('instance_process').values({ instance, process }).execute();
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      await replace();
    }
    return process;
  }
}
