/**
 * Which certificates of agents are good: those on record here that have not ended. What the authority signed and is not
 * on record, or has ended, is refused like a stranger's. Read for every call to an agent, so that a revocation holds from
 * the next call on, on every instance.
 */
import type { Kysely } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';

export interface IssuedCertificate {
  readonly host: string;
  readonly fingerprint: string;
  readonly expireTime: number;
}

export interface AgentToken {
  readonly tokenId: string;
  readonly host: string;
  readonly publicKey: string;
  readonly expireTime: number;
  readonly useTime: number | null;
}

export type AgentTrustStore = ReturnType<typeof createAgentTrustStore>;

/** @param clock epoch milliseconds */
export function createAgentTrustStore(database: MetadataDatabase, clock: () => number) {
  return {
    ...agentCertificates(database, clock),
    ...agentTokens(database, clock),
    /** @returns how many certificates were good and how many tokens could have been used until now. */
    revoke: (host: string): Promise<{ certificates: number; tokens: number }> =>
      database.transaction(async (transaction) => {
        const now = clock();
        // Tokens first: who enrols at this moment is either refused, or on record below.
        const tokens = await transaction
          .updateTable('agent_token')
          .set({ use_time: now })
          .where('host', '=', host)
          .where('use_time', 'is', null)
          .where('expire_time', '>', now)
          .executeTakeFirst();
        const certificates = await transaction
          .updateTable('agent_certificate')
          .set({ end_time: now })
          .where('host', '=', host)
          .where('end_time', 'is', null)
          .executeTakeFirst();
        return { certificates: Number(certificates.numUpdatedRows), tokens: Number(tokens.numUpdatedRows) };
      }),
  };
}

function agentCertificates(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    /** The good certificates of a host, oldest first: the one in use, and perhaps one that takes its place. */
    async listGood(host: string): Promise<IssuedCertificate[]> {
      const rows = await db
        .selectFrom('agent_certificate')
        .select(['host', 'fingerprint', 'expire_time'])
        .where('host', '=', host)
        .where('end_time', 'is', null)
        .orderBy('id')
        .execute();
      return rows.map(({ expire_time, ...row }) => ({ ...row, expireTime: expire_time }));
    },
    async insert(certificate: IssuedCertificate): Promise<void> {
      await insertCertificate(db, certificate, clock());
    },
    /** @returns false when the one it follows has ended by then: a revoked host gets no new one. */
    insertAfter: (former: string, certificate: IssuedCertificate): Promise<boolean> =>
      database.transaction(async (transaction, attempt) => {
        if (attempt > 1 && (await isOnRecord(transaction, certificate.fingerprint))) return true;
        // An update that changes nothing, for its lock: a revocation is before it or after it.
        const { numUpdatedRows } = await transaction
          .updateTable('agent_certificate')
          .set((row) => ({ expire_time: row.ref('expire_time') }))
          .where('fingerprint', '=', former)
          .where('end_time', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await insertCertificate(transaction, certificate, clock());
        return true;
      }),
    /** A certificate is in use: those of the host that were issued before it are not needed any more. */
    async endOlder(host: string, fingerprint: string): Promise<void> {
      const seen = await db
        .selectFrom('agent_certificate')
        .select('id')
        .where('fingerprint', '=', fingerprint)
        .where('host', '=', host)
        .where('end_time', 'is', null)
        .executeTakeFirst();
      if (seen === undefined) return;
      await db
        .updateTable('agent_certificate')
        .set({ end_time: clock() })
        .where('host', '=', host)
        .where('id', '<', seen.id)
        .where('end_time', 'is', null)
        .execute();
    },
  };
}

function agentTokens(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    async insertToken(token: Omit<AgentToken, 'useTime'>): Promise<void> {
      const { tokenId, host, publicKey, expireTime } = token;
      const keys = { token_id: tokenId, host, public_key: publicKey };
      const times = { create_time: clock(), expire_time: expireTime, use_time: null };
      await db
        .insertInto('agent_token')
        .values({ ...keys, ...times })
        .execute();
    },
    async fetchToken(tokenId: string): Promise<AgentToken | undefined> {
      const row = await db
        .selectFrom('agent_token')
        .selectAll()
        .where('token_id', '=', tokenId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { host, public_key, expire_time, use_time } = row;
      return { tokenId, host, publicKey: public_key, expireTime: expire_time, useTime: use_time };
    },
    /**
     * Uses the token up and puts the certificate on record, both or neither.
     * @returns false when the token was used, revoked or out of date by then: of several that come at once, one wins.
     */
    useToken: (tokenId: string, certificate: IssuedCertificate): Promise<boolean> =>
      database.transaction(async (transaction, attempt) => {
        if (attempt > 1 && (await isOnRecord(transaction, certificate.fingerprint))) return true;
        const now = clock();
        const { numUpdatedRows } = await transaction
          .updateTable('agent_token')
          .set({ use_time: now })
          .where('token_id', '=', tokenId)
          .where('use_time', 'is', null)
          .where('expire_time', '>', now)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await insertCertificate(transaction, certificate, now);
        return true;
      }),
  };
}

async function insertCertificate(
  db: Kysely<Database>,
  { host, fingerprint, expireTime }: IssuedCertificate,
  now: number,
): Promise<void> {
  await db
    .insertInto('agent_certificate')
    .values({ host, fingerprint, create_time: now, expire_time: expireTime, end_time: null })
    .execute();
}

async function isOnRecord(db: Kysely<Database>, fingerprint: string): Promise<boolean> {
  const row = await db
    .selectFrom('agent_certificate')
    .select('id')
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst();
  return row !== undefined;
}
