/** The agents' certificate authority. One row: every instance of the control plane must issue from the same authority. */
import type { Kysely } from 'kysely';
import type { KeyPair } from '../security/certificate-authority.ts';
import type { SecretBox } from '../security/secret-box.ts';
import type { Database } from './schema.ts';

/** There is one authority. */
const onlyId = 1;
export const authorityPurpose = 'certificate authority private key';

/** Reads the authority, or makes it at first start; of two instances that start at once, one makes it. */
export async function fetchOrCreateAuthority(
  db: Kysely<Database>,
  box: SecretBox,
  now: Date,
): Promise<KeyPair> {
  const found = await fetchAuthority(db, box);
  if (found !== undefined) return found;
  // Needed once in the life of an installation, and large.
  const { createAuthority } = await import('../security/certificate-authority.ts');
  const fresh = await createAuthority(now);
  try {
    await db
      .insertInto('authority')
      .values({
        id: onlyId,
        certificate: fresh.certificate,
        private_key: box.seal(fresh.key, authorityPurpose),
        create_time: now.getTime(),
      })
      .execute();
    return fresh;
  } catch (error) {
    const other = await fetchAuthority(db, box);
    if (other === undefined) throw error;
    return other;
  }
}

async function fetchAuthority(db: Kysely<Database>, box: SecretBox): Promise<KeyPair | undefined> {
  const row = await db.selectFrom('authority').selectAll().where('id', '=', onlyId).executeTakeFirst();
  return row === undefined
    ? undefined
    : { certificate: row.certificate, key: box.open(row.private_key, authorityPurpose) };
}
