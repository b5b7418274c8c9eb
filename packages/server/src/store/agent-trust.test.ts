/** Tokens and certificates of agents, as two instances of the control plane see them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type AgentTrustStore, createAgentTrustStore } from './agent-trust.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { startMariadb } from './mariadb-server.ts';

const folder = await mkdtemp(join(tmpdir(), 'openocp-trust-'));
const mariadb = await startMariadb();
const host = '10.0.0.1';
const minuteMs = 60_000;
let files = 0;
let now = 0;

afterAll(async () => {
  await mariadb?.stop();
  await rm(folder, { recursive: true, force: true });
});

const certificate = (fingerprint: string, at = host) => ({ host: at, fingerprint, expireTime: 90 });

function describeTrust(name: string, open: () => Promise<readonly MetadataDatabase[]>): void {
  describe(name, () => {
    let databases: readonly MetadataDatabase[];
    let first: AgentTrustStore;
    let second: AgentTrustStore;
    const fingerprints = async (at = host) => (await second.listGood(at)).map((each) => each.fingerprint);
    const insertToken = (tokenId: string) =>
      first.insertToken({ tokenId, host, publicKey: 'x', expireTime: now + minuteMs });

    beforeEach(async () => {
      now = 1_000_000;
      databases = await open();
      const [one, other = one] = databases.map((database) => createAgentTrustStore(database, () => now));
      if (one === undefined || other === undefined) throw new Error('no database was opened');
      [first, second] = [one, other];
      return async () => {
        for (const database of databases) await database.close();
      };
    });

    test('of many that use a token at once exactly one has it, and its certificate alone is on record', async () => {
      await insertToken('t');
      const uses = Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? first : second).useToken('t', certificate(`f${index}`)),
      );
      const won = (await Promise.all(uses)).flatMap((used, index) => (used ? [`f${index}`] : []));
      expect(won).toHaveLength(1);
      expect(await fingerprints()).toEqual(won);
      expect(await second.fetchToken('t')).toMatchObject({ useTime: now });
    });

    test('a token whose time is over, or that does not exist, is used by nobody', async () => {
      await insertToken('t');
      now += minuteMs;
      expect(await first.useToken('t', certificate('f'))).toBe(false);
      expect(await first.useToken('absent', certificate('f'))).toBe(false);
      expect(await fingerprints()).toEqual([]);
    });

    test('an enrolment and a revocation at once leave nothing that is good', async () => {
      await insertToken('t');
      const [used] = await Promise.all([first.useToken('t', certificate('f')), second.revoke(host)]);
      // Either it came first and was revoked, or it came too late.
      expect([await fingerprints(), typeof used]).toEqual([[], 'boolean']);
    });

    test('a renewal and a revocation at once leave nothing that is good', async () => {
      await first.insert(certificate('old'));
      await Promise.all([first.insertAfter('old', certificate('new')), second.revoke(host)]);
      expect(await fingerprints()).toEqual([]);
      expect(await first.insertAfter('old', certificate('newer'))).toBe(false);
    });

    test('one that is seen ends the older ones of its host, and nothing else', async () => {
      await first.insert(certificate('old'));
      await first.insert(certificate('elsewhere', '10.0.0.2'));
      expect(await first.insertAfter('old', certificate('used'))).toBe(true);
      expect(await first.insertAfter('used', certificate('next'))).toBe(true);
      await second.endOlder(host, 'elsewhere');
      await second.endOlder(host, 'unknown');
      expect(await fingerprints()).toEqual(['old', 'used', 'next']);
      await second.endOlder(host, 'used');
      expect(await fingerprints()).toEqual(['used', 'next']);
      // One that has ended ends nothing: who stole it cannot push out its successor.
      await second.endOlder(host, 'old');
      expect(await fingerprints()).toEqual(['used', 'next']);
      expect(await fingerprints('10.0.0.2')).toEqual(['elsewhere']);
    });
  });
}

describeTrust('SQLite', async () => {
  files += 1;
  return [await openDatabase(`sqlite:${join(folder, `${files}.db`)}`)];
});

if (mariadb !== undefined) {
  describeTrust('MariaDB, two instances', async () => {
    const url = await mariadb.createDatabase();
    return [await openDatabase(url), await openDatabase(url)];
  });
}
