/** Builds what decides who may do what, on one metadata database: the control plane uses it, and so do its tests. */
import { createAccessKeys } from '../app/access-keys.ts';
import { Audit } from '../app/audit.ts';
import { AuditLog, type AuditLogOptions } from '../app/audit-log.ts';
import { createAuthentication } from '../app/authentication.ts';
import { createLogOn } from '../app/log-on.ts';
import { createPasswordCheck, type GuessLimits } from '../app/password-check.ts';
import type { PasswordHasher } from '../app/password-hash.ts';
import { createRoles } from '../app/roles.ts';
import { Sessions } from '../app/sessions.ts';
import { createSignedCalls } from '../app/signed-calls.ts';
import { createUserManagement } from '../app/user-management.ts';
import { createUsers } from '../app/users.ts';
import { VerifiedPasswords } from '../app/verified-passwords.ts';
import type { Config } from '../config.ts';
import type { Authenticate } from '../http/admission.ts';
import type { RecordCall } from '../http/audit-hook.ts';
import type { SecretBox } from '../security/secret-box.ts';
import { createAccessKeyStore } from '../store/access-keys.ts';
import { createAuditStore } from '../store/audit.ts';
import { fetchResourceName, listAuditRows } from '../store/audit-list.ts';
import type { MetadataDatabase } from '../store/database.ts';
import { createGuessStore } from '../store/guesses.ts';
import { createRoleStore } from '../store/roles.ts';
import { createSessionStore } from '../store/sessions.ts';
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
  readonly login: Config['login'];
  readonly sessionIdleMinutes: number;
  /** Told of events that the audit could not take. */
  readonly onAuditError: AuditLogOptions['onError'];
}

export type AccessControlUseCases = ReturnType<typeof createAccessKeys> &
  ReturnType<typeof createUserManagement> &
  ReturnType<typeof createRoles> &
  ReturnType<typeof createLogOn> &
  ReturnType<Audit['useCases']>;

export interface AccessControl {
  readonly authenticate: Authenticate;
  readonly recordCall: RecordCall;
  readonly recordDeed: Audit['recordDeed'];
  readonly useCases: AccessControlUseCases;
  /** Makes the built-in accounts where they are missing. @returns the password of admin when it was generated. */
  ensureBuiltIn(adminPassword?: string): Promise<string | undefined>;
  /** Records what was only counted so far. */
  stop(): Promise<void>;
}

const minuteMs = 60_000;

const limitsOf = ({ login }: AccessControlOptions): GuessLimits => ({
  user: { maxFailures: login.maxAttempts, lockMs: login.lockoutMinutes * minuteMs },
  address: { maxFailures: login.clientMaxAttempts, lockMs: login.clientLockoutMinutes * minuteMs },
});

export function createAccessControl(options: AccessControlOptions): AccessControl {
  const { database, box, hasher, now, monotonicNow, offsetMinutes } = options;
  const users = createUserStore(database, now);
  const directory = createUserDirectory(database, now);
  const roles = createRoleStore(database, now);
  const keys = createAccessKeyStore(database, box, now);
  const guesses = createGuessStore(database, now);
  const fetchUserById = (id: number) => users.fetchById(id);
  const checkPassword = createPasswordCheck({
    fetchUser: (name) => users.fetchByName(name),
    guesses,
    limits: limitsOf(options),
    hasher,
    verified: new VerifiedPasswords(monotonicNow),
    now,
  });
  const idleMs = options.sessionIdleMinutes * minuteMs;
  const sessions = new Sessions({ store: createSessionStore(database), fetchUserById, idleMs, now });
  const verifySigned = createSignedCalls({ keys, now });
  const log = new AuditLog({ store: createAuditStore(database, box), onError: options.onAuditError });
  const audit = new Audit({
    log,
    list: (request) => listAuditRows(database, request),
    fetchResourceName: (type, id) => fetchResourceName(database, type, id),
    now,
    offsetMinutes,
  });
  const management = { users, directory, roles, hasher, checkPassword, guesses, now, offsetMinutes };
  return {
    recordCall: (call) => audit.record(call),
    recordDeed: (deed) => audit.recordDeed(deed),
    authenticate: createAuthentication({ checkPassword, fetchUserById, verifySigned, sessions }),
    useCases: {
      ...createAccessKeys(keys, offsetMinutes),
      ...createUserManagement(management),
      ...createRoles(roles, offsetMinutes),
      ...createLogOn({ checkPassword, sessions, users }),
      ...audit.useCases(),
    },
    ensureBuiltIn: (adminPassword) => createUsers(users, hasher).ensureBuiltIn(adminPassword),
    stop: () => log.stop(),
  };
}
