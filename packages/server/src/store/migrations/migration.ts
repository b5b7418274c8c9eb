/** One versioned step of the metadata schema. */
import type { Kysely } from 'kysely';
import type { DialectName } from '../dialect.ts';

export interface Migration {
  /** `NNNN-subject`; the number orders. Never renamed, never changed once released: add another one. */
  readonly name: string;
  /**
   * Makes the change. MySQL commits every DDL statement by itself, so a migration may be cut in two by a crash and is
   * run again then: it says `ifNotExists` and the like.
   */
  up(db: Kysely<unknown>, dialect: DialectName): Promise<void>;
}
