/**
 * Encryption of secrets at rest: AES-256-GCM, a fresh nonce for every value. `purpose` names the row a value belongs to
 * and is authenticated with it, so that a ciphertext copied to another row does not open there.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** Names the format, so that a later one can be told apart. */
const prefix = 'v1:';

export interface SecretBox {
  seal(plaintext: string, purpose: string): string;
  /** @throws Error when the key is another one, or the value was changed or moved. */
  open(sealed: string, purpose: string): string;
}

export function createSecretBox(key: Buffer): SecretBox {
  if (key.length !== keyBytes)
    throw new RangeError(`the secret key must have ${keyBytes} bytes, it has ${key.length}`);
  return {
    seal(plaintext, purpose) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return prefix + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, purpose) {
      if (!sealed.startsWith(prefix)) throw new Error(`the secret of ${purpose} has an unknown format`);
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        return (
          decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch (cause) {
        throw new Error(`the secret of ${purpose} cannot be opened: another key, or the value was changed`, {
          cause,
        });
      }
    },
  };
}

/**
 * Reads the key from a file, or makes it at first start with mode 0600. Two instances that start at once end up with
 * one key: the file appears whole, by linking, and the second finds it there.
 */
export function loadOrCreateKey(path: string): Buffer {
  if (!existsSync(path)) {
    const fresh = `${path}.${process.pid}.new`;
    writeFileSync(fresh, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    try {
      linkSync(fresh, path);
    } catch (error) {
      if (!existsSync(path)) throw error;
    } finally {
      rmSync(fresh, { force: true });
    }
  }
  chmodSync(path, 0o600);
  return parseKey(readFileSync(path, 'utf8'));
}

/** 32 bytes in base64. @throws RangeError */
export function parseKey(text: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== keyBytes)
    throw new RangeError(`a secret key is ${keyBytes} bytes in base64; this text has ${key.length}`);
  return key;
}
