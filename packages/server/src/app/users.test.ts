import { findPasswordFault } from '@openocp/contract';
import { describe, expect, it } from 'vitest';
import { PasswordHasher } from './password-hash.ts';
import { createUsers, generatePassword, type NewUser, type UserWriter } from './users.ts';

const hasher = new PasswordHasher({ N: 2, r: 1, p: 1 });

function createStore() {
  const users: NewUser[] = [];
  const store: UserWriter = {
    exists: async (username) => users.some((user) => user.username === username),
    insert: async (user) => {
      if (users.some((other) => other.username === user.username)) return undefined;
      const id = user.id ?? 1000 + users.length;
      users.push({ ...user, id });
      return id;
    },
  };
  return { users, store };
}

describe('built-in accounts', () => {
  it('are made at the first start, with a password that is told once', async () => {
    const { users, store } = createStore();
    const password = await createUsers(store, hasher).ensureBuiltIn();
    const admin = users.find((user) => user.id === 100);
    expect(admin).toMatchObject({ username: 'admin', roles: ['ADMIN'] });
    expect(await hasher.verify(password ?? '', admin?.passwordHash ?? undefined)).toBe(true);
    expect(users.find((user) => user.id === 200)).toMatchObject({ username: 'system', passwordHash: null });
    expect(await createUsers(store, hasher).ensureBuiltIn()).toBeUndefined();
    expect(users).toHaveLength(2);
  });

  it('take the configured password at the first start only', async () => {
    const { users, store } = createStore();
    expect(await createUsers(store, hasher).ensureBuiltIn('aaAA11__')).toBeUndefined();
    const before = users.find((user) => user.id === 100)?.passwordHash;
    expect(await hasher.verify('aaAA11__', before ?? undefined)).toBe(true);
    await createUsers(store, hasher).ensureBuiltIn('bbBB22__');
    expect(users.find((user) => user.id === 100)?.passwordHash).toBe(before);
  });

  it('are not made with a weak configured password', async () => {
    const { users, store } = createStore();
    await expect(createUsers(store, hasher).ensureBuiltIn('secret')).rejects.toMatchObject({
      key: 'PASSWORD_WEAK',
    });
    expect(users.some((user) => user.id === 100)).toBe(false);
  });

  it('tell no password when another instance made them at the same moment', async () => {
    const { store } = createStore();
    const racing: UserWriter = { exists: async () => false, insert: store.insert };
    const passwords = await Promise.all([
      createUsers(racing, hasher).ensureBuiltIn(),
      createUsers(racing, hasher).ensureBuiltIn(),
    ]);
    expect(passwords.filter((password) => password !== undefined)).toHaveLength(1);
  });
});

describe('new users', () => {
  it.each([
    ['admin', 'aaAA11__', 'NAME_RESERVED'],
    ['sys', 'aaAA11__', 'NAME_RESERVED'],
    ['Ops', 'aaAA11__', 'USERNAME_INVALID'],
    ['operator', 'secret', 'PASSWORD_WEAK'],
  ])('%s with %s is refused: %s', async (username, password, key) => {
    const { users, store } = createStore();
    await expect(createUsers(store, hasher).create(username, password, [])).rejects.toMatchObject({ key });
    expect(users).toEqual([]);
  });

  it('have names of their own', async () => {
    const { users, store } = createStore();
    const { create } = createUsers(store, hasher);
    expect(await create('operator', 'aaAA11__', ['CLUSTER_VIEWER'])).toBe(users[0]?.id);
    await expect(create('operator', 'bbBB22__', [])).rejects.toMatchObject({ key: 'DUPLICATE_NAME' });
  });
});

describe('generatePassword', () => {
  it('meets the rules, with two characters of each class, and differs each time', () => {
    const passwords = Array.from({ length: 200 }, generatePassword);
    expect(new Set(passwords).size).toBe(200);
    for (const password of passwords) {
      expect(findPasswordFault(password)).toBeUndefined();
      for (const each of [/[A-Z]/g, /[a-z]/g, /[0-9]/g, /[-_]/g])
        expect(password.match(each)?.length).toBeGreaterThan(1);
    }
  });
});
