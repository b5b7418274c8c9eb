/** Builds what decides who may do what, on one metadata database: the control plane uses it, and so do its tests. */
import { createAccessKeys } from '../app/access-keys.ts';
import { createAuthentication } from '../app/authentication.ts';
import type { PasswordHasher } from '../app/password-hash.ts';
import { createRoles } from '../app/roles.ts';
import { createSignedCalls } from '../app/signed-calls.ts';
import { createUserManagement } from '../app/user-management.ts';
import { createUsers } from '../app/users.ts';
import { VerifiedPasswords } from '../app/verified-passwords.ts';
import type { Authenticate } from '../http/admission.ts';
import type { SecretBox } from '../security/secret-box.ts';
import { createAccessKeyStore } from '../store/access-keys.ts';
import type { MetadataDatabase } from '../store/database.ts';
import { createRoleStore } from '../store/roles.ts';
import { createUserDirectory } from '../store/user-directory.ts';
import { createUserStore } from '../store/users.ts';

export interface AccessControlOptions {
  readonly database: MetadataDatabase;
  readonly box: SecretBox;
  readonly hasher: PasswordHasher;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly offsetMinutes: number;
}

export type AccessControlUseCases = ReturnType<typeof createAccessKeys> &
  ReturnType<typeof createUserManagement> &
  ReturnType<typeof createRoles>;

export interface AccessControl {
  readonly authenticate: Authenticate;
  readonly useCases: AccessControlUseCases;
  /** Makes the built-in accounts where they are missing. @returns the password of admin when it was generated. */
  ensureBuiltIn(adminPassword?: string): Promise<string | undefined>;
}

export function createAccessControl(options: AccessControlOptions): AccessControl {
  const { database, box, hasher, now, monotonicNow, offsetMinutes } = options;
  const users = createUserStore(database, now);
  const directory = createUserDirectory(database, now);
  const roles = createRoleStore(database, now);
  const keys = createAccessKeyStore(database, box, now);
  return {
    authenticate: createAuthentication({
      fetchUser: (name) => users.fetchByName(name),
      fetchUserById: (id) => users.fetchById(id),
      verifySigned: createSignedCalls({ keys, now }),
      hasher,
      verified: new VerifiedPasswords(monotonicNow),
    }),
    useCases: {
      ...createAccessKeys(keys, offsetMinutes),
      ...createUserManagement({ users, directory, roles, hasher, offsetMinutes }),
      ...createRoles(roles, offsetMinutes),
    },
    ensureBuiltIn: (adminPassword) => createUsers(users, hasher).ensureBuiltIn(adminPassword),
  };
}
