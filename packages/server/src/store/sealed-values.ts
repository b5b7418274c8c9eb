/**
 * Every secret of the metadata, to be sealed again when the key changes. A value that is forgotten here is found when the
 * old key is to be removed: the text columns of all tables are looked through for what it sealed.
 */
import { sql } from 'kysely';
import type { SecretBox } from '../security/secret-box.ts';
import { accessKeyPurpose } from './access-keys.ts';
import { auditKeyPurpose } from './audit.ts';
import { authorityPurpose } from './authority.ts';
import { sysPasswordPurpose } from './clusters.ts';
import type { MetadataDatabase } from './database.ts';

interface SealedValue {
  readonly sealed: string;
  readonly purpose: string;
  /** Only when the value is still the same: somebody may have changed it meanwhile. */
  readonly replace: (sealed: string) => Promise<unknown>;
}

async function listSealedValues({ db }: MetadataDatabase): Promise<SealedValue[]> {
  const clusters = await db
    .selectFrom('cluster')
    .select(['id', 'name', 'ob_cluster_id', 'sys_password'])
    .execute();
  const keys = await db.selectFrom('iam_access_key').select(['access_key_id', 'user_id', 'secret']).execute();
  const authorities = await db.selectFrom('authority').select(['id', 'private_key']).execute();
  const heads = await db.selectFrom('audit_head').select(['id', 'chain_key']).execute();
  return [
    ...clusters.map(({ id, name, ob_cluster_id, sys_password: sealed }) => ({
      sealed,
      purpose: sysPasswordPurpose({ name, obClusterId: ob_cluster_id }),
      replace: (fresh: string) =>
        db
          .updateTable('cluster')
          .set({ sys_password: fresh })
          .where('id', '=', id)
          .where('sys_password', '=', sealed)
          .execute(),
    })),
    ...keys.map(({ access_key_id, user_id, secret: sealed }) => ({
      sealed,
      purpose: accessKeyPurpose(access_key_id, user_id),
      replace: (fresh: string) =>
        db
          .updateTable('iam_access_key')
          .set({ secret: fresh })
          .where('access_key_id', '=', access_key_id)
          .where('secret', '=', sealed)
          .execute(),
    })),
    ...authorities.map(({ id, private_key: sealed }) => ({
      sealed,
      purpose: authorityPurpose,
      replace: (fresh: string) =>
        db.updateTable('authority').set({ private_key: fresh }).where('id', '=', id).execute(),
    })),
    ...heads.map(({ id, chain_key: sealed }) => ({
      sealed,
      purpose: auditKeyPurpose,
      replace: (fresh: string) =>
        db.updateTable('audit_head').set({ chain_key: fresh }).where('id', '=', id).execute(),
    })),
  ];
}

/** @returns how many values were sealed with another key than the present one, and are no more. */
export async function resealAll(database: MetadataDatabase, box: SecretBox): Promise<number> {
  const old = (await listSealedValues(database)).filter(({ sealed }) => !box.isCurrent(sealed));
  for (const { sealed, purpose, replace } of old) await replace(box.seal(box.open(sealed, purpose), purpose));
  return old.length;
}

/** @returns `table.column` of every value in the whole database that needs another key than the present one. */
export async function findForeignSeals({ db }: MetadataDatabase, box: SecretBox): Promise<string[]> {
  const found: string[] = [];
  for (const { name: table, columns } of await db.introspection.getTables()) {
    const texts = columns.filter(({ dataType }) => /char|text/i.test(dataType)).map(({ name }) => name);
    for (const column of texts) {
      const { rows } = await sql<{ value: string }>`
        select ${sql.ref(column)} as value from ${sql.table(table)}
        where ${sql.ref(column)} like 'v1:%' or ${sql.ref(column)} like 'v2:%'`.execute(db);
      if (rows.some(({ value }) => /^v[12]:[0-9a-zA-Z+/=:]+$/.test(value) && !box.isCurrent(value)))
        found.push(`${table}.${column}`);
    }
  }
  return found;
}
