/**
 * Every secret of the metadata, to be sealed again when the key changes. A value that is forgotten here is found when the
 * old key is to be removed: the text columns of all tables are looked through for what it sealed.
 */
import { sql } from 'kysely';
import type { SecretBox } from '../security/secret-box.ts';
import { accessKeyPurpose } from './access-keys.ts';
import { auditKeyPurpose } from './audit.ts';
import { authorityPurpose } from './authority.ts';
import { passwordPurpose } from './clusters.ts';
import { credentialPurpose } from './credentials.ts';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';

interface SealedValue {
  readonly table: keyof Database;
  readonly column: string;
  readonly keyColumn: string;
  readonly key: string | number;
  readonly sealed: string;
  readonly purpose: string;
}

async function listSealedValues({ db }: MetadataDatabase): Promise<SealedValue[]> {
  const clusters = await db.selectFrom('cluster').selectAll().execute();
  const changes = await db.selectFrom('password_change').selectAll().execute();
  const keys = await db.selectFrom('iam_access_key').selectAll().execute();
  const credentials = await db.selectFrom('credential').selectAll().execute();
  const authorities = await db.selectFrom('authority').selectAll().execute();
  const heads = await db.selectFrom('audit_head').selectAll().execute();
  const ofCluster = (id: number) => {
    const cluster = clusters.find((each) => each.id === id);
    return passwordPurpose({ name: cluster?.name ?? '', obClusterId: cluster?.ob_cluster_id ?? 0 });
  };
  const named = (table: keyof Database, keyColumn: string, column: string) => ({ table, keyColumn, column });
  return [
    ...clusters.map(({ id, sys_password }) => ({
      ...named('cluster', 'id', 'sys_password'),
      key: id,
      sealed: sys_password,
      purpose: ofCluster(id),
    })),
    ...changes.map(({ cluster_id, new_password }) => ({
      ...named('password_change', 'cluster_id', 'new_password'),
      key: cluster_id,
      sealed: new_password,
      purpose: ofCluster(cluster_id),
    })),
    ...keys.map(({ access_key_id, user_id, secret }) => ({
      ...named('iam_access_key', 'access_key_id', 'secret'),
      key: access_key_id,
      sealed: secret,
      purpose: accessKeyPurpose(access_key_id, user_id),
    })),
    ...credentials.map(({ id, user_id, target_type, name, secret }) => ({
      ...named('credential', 'id', 'secret'),
      key: id,
      sealed: secret,
      purpose: credentialPurpose({ userId: user_id, targetType: target_type, name }),
    })),
    ...authorities.map(({ id, private_key }) => ({
      ...named('authority', 'id', 'private_key'),
      key: id,
      sealed: private_key,
      purpose: authorityPurpose,
    })),
    ...heads.map(({ id, chain_key }) => ({
      ...named('audit_head', 'id', 'chain_key'),
      key: id,
      sealed: chain_key,
      purpose: auditKeyPurpose,
    })),
  ];
}

/** Only when the value is still the same: somebody may have changed it meanwhile. */
async function replaceValue({ db }: MetadataDatabase, value: SealedValue, fresh: string): Promise<void> {
  const { table, column, keyColumn, key, sealed } = value;
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${fresh}
    where ${sql.ref(keyColumn)} = ${key} and ${sql.ref(column)} = ${sealed}`.execute(db);
}

/** @returns how many values were sealed with another key than the present one, and are no more. */
export async function resealAll(database: MetadataDatabase, box: SecretBox): Promise<number> {
  const old = (await listSealedValues(database)).filter(({ sealed }) => !box.isCurrent(sealed));
  for (const value of old)
    await replaceValue(database, value, box.seal(box.open(value.sealed, value.purpose), value.purpose));
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
