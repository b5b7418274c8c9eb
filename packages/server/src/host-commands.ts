/** What is done to accounts and keys on the host, beside a running server and without its API: for the first user, and the last resort. */
import { OcpError } from '@openocp/contract';
import { userSubject } from './app/password-check.ts';
import type { PasswordHasher } from './app/password-hash.ts';
import { checkPassword, generatePassword } from './app/users.ts';
import { openKeyFile, writeKeyFile } from './security/key-file.ts';
import { createKey, type SecretBox } from './security/secret-box.ts';
import type { MetadataDatabase } from './store/database.ts';
import { createGuessStore } from './store/guesses.ts';
import { findForeignSeals, resealAll } from './store/sealed-values.ts';
import { createUserDirectory } from './store/user-directory.ts';
import { createUserStore } from './store/users.ts';

/**
 * Gives a user a new password, enables and unlocks the account, whatever was wrong with it; `admin` gets its role back.
 * @param password one is generated when it is empty
 * @returns the password, when it was generated
 * @throws OcpError NOT_FOUND, PASSWORD_WEAK, DEFAULT_ACCOUNT_PROTECTED
 */
export async function resetPassword(
  database: MetadataDatabase,
  hasher: PasswordHasher,
  username: string,
  password: string,
): Promise<string | undefined> {
  const users = createUserStore(database, Date.now);
  const user = await users.fetchByName(username);
  if (user === undefined) throw new OcpError('NOT_FOUND', { resource: 'user', id: username });
  if (username === 'system') throw new OcpError('DEFAULT_ACCOUNT_PROTECTED', { username });
  const isGenerated = password === '';
  const fresh = isGenerated ? generatePassword() : password;
  checkPassword(fresh);
  const roles = username === 'admin' ? [...new Set([...user.roles, 'ADMIN'])] : undefined;
  await createUserDirectory(database, Date.now).update(user.id, {
    passwordHash: await hasher.hash(fresh),
    status: 'ENABLED',
    roles,
    profile: { needsNewPassword: isGenerated },
  });
  await createGuessStore(database, Date.now).clear(userSubject(username));
  return isGenerated ? fresh : undefined;
}

export interface KeyRotation {
  readonly database: MetadataDatabase;
  readonly box: SecretBox;
  /** undefined when the keys are configured: then the operator exchanges them, and only the values are sealed again. */
  readonly keyFile: string | undefined;
}

/**
 * Makes a new secret key and seals everything with it, beside running servers: they look into the file again whenever it
 * has changed. The old key stays in the file for what a server was just sealing; `removeOldKeys` takes it away later.
 * @returns how many values were sealed again
 */
export async function rotateKey({ database, box, keyFile }: KeyRotation): Promise<number> {
  if (keyFile !== undefined) writeKeyFile(keyFile, [createKey(), ...openKeyFile(keyFile)()]);
  return resealAll(database, box);
}

/** @throws Error when a value still needs an old key */
export async function removeOldKeys({ database, box, keyFile }: KeyRotation): Promise<number> {
  const resealed = await resealAll(database, box);
  const foreign = await findForeignSeals(database, box);
  if (foreign.length > 0)
    throw new Error(`the old keys are still needed for ${foreign.join(', ')}; nothing was removed`);
  if (keyFile !== undefined) writeKeyFile(keyFile, openKeyFile(keyFile)().slice(0, 1));
  return resealed;
}
