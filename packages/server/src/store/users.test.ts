import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { createUserStore, type UserStore } from './users.ts';

const NOW = 1_614_672_671_000;

let folder: string;
let database: MetadataDatabase;
let users: UserStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-users-'));
  database = await openDatabase(`sqlite:${join(folder, 'metadata.db')}`);
  users = createUserStore(database, () => NOW);
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const admin = { id: 100, username: 'admin', passwordHash: 'hash', roles: ['ADMIN', 'TASK_MANAGER'] };

describe('the user store', () => {
  it('gives back what was inserted, with all roles', async () => {
    expect(await users.insert(admin)).toBe(100);
    const { roles, ...rest } = (await users.fetchByName('admin')) ?? { roles: [] };
    expect(rest).toMatchObject({ id: 100, username: 'admin', passwordHash: 'hash', status: 'ENABLED' });
    expect([...roles].sort()).toEqual(['ADMIN', 'TASK_MANAGER']);
  });

  it('knows nobody it was not told of', async () => {
    await users.insert(admin);
    for (const username of ['nobody', 'Admin', 'admin ', "admin' OR '1'='1"]) {
      expect(await users.fetchByName(username)).toBeUndefined();
      expect(await users.exists(username)).toBe(false);
    }
    expect(await users.exists('admin')).toBe(true);
  });

  it('keeps a user without roles and without a password', async () => {
    await users.insert({ id: 200, username: 'system', passwordHash: null, roles: [] });
    expect(await users.fetchByName('system')).toMatchObject({ id: 200, passwordHash: null, roles: [] });
  });

  it('writes nothing when the name or the id is taken', async () => {
    await users.insert(admin);
    expect(
      await users.insert({ username: 'admin', passwordHash: 'other', roles: ['AUDIT_VIEWER'] }),
    ).toBeUndefined();
    expect(await users.insert({ ...admin, username: 'other' })).toBeUndefined();
    expect(await users.fetchByName('admin')).toMatchObject({ passwordHash: 'hash' });
    expect(await users.fetchByName('other')).toBeUndefined();
    expect((await users.fetchByName('admin'))?.roles).toHaveLength(2);
  });

  it('writes a user with all its roles or not at all', async () => {
    const twice = { username: 'operator', passwordHash: 'hash', roles: ['ADMIN', 'ADMIN'] };
    expect(await users.insert(twice)).toBeUndefined();
    expect(await users.exists('operator')).toBe(false);
  });

  it('gives new users ids above the built-in ones', async () => {
    await users.insert({ id: 200, username: 'system', passwordHash: null, roles: [] });
    await users.insert(admin);
    const id = await users.insert({ username: 'operator', passwordHash: 'hash', roles: ['CLUSTER_VIEWER'] });
    expect(id).toBeGreaterThan(200);
  });

  it('makes one of two that insert the same name at once', async () => {
    const both = await Promise.all([users.insert(admin), users.insert(admin)]);
    expect(both.filter((id) => id !== undefined)).toEqual([100]);
  });
});
