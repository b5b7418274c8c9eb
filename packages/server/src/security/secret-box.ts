/**
 * Encryption of secrets at rest: AES-256-GCM, a fresh nonce for every value. `purpose` names the row a value belongs to
 * and is authenticated with it, so that a ciphertext copied to another row does not open there.
 *
 * There may be several keys, the present one first. A value names the key that sealed it, so that keys can be exchanged
 * while instances run: they look into the file again, seal with the new key and still open what the old one sealed.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const formats = /^(?:v1|v2:([0-9a-f]{16})):(.*)$/s;

export interface SecretBox {
  seal(plaintext: string, purpose: string): string;
  /** @throws Error when the key is another one, or the value was changed or moved. */
  open(sealed: string, purpose: string): string;
  /** Whether the value was sealed with the present key. */
  isCurrent(sealed: string): boolean;
}

/** @param source one key, or what reads the keys as they are now: the present one first, never none */
export function createSecretBox(source: Buffer | (() => readonly Buffer[])): SecretBox {
  const onlyKey = Buffer.isBuffer(source) ? [source] : [];
  const readKeys = Buffer.isBuffer(source) ? () => onlyKey : source;
  const opened = new OpenedValues();
  const presentKey = (): Buffer => {
    const [key] = readKeys();
    if (key === undefined) throw new Error('there is no secret key');
    return key;
  };
  return {
    seal(plaintext, purpose) {
      const key = presentKey();
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const bytes = Buffer.concat([nonce, cipher.getAuthTag(), body]);
      return `v2:${keyIdOf(key)}:${bytes.toString('base64')}`;
    },
    open(sealed, purpose) {
      const keys = readKeys();
      return opened.fetch(keys, `${purpose}\0${sealed}`, () => openWith(keys, sealed, purpose));
    },
    isCurrent: (sealed) => formats.exec(sealed)?.[1] === keyIdOf(presentKey()),
  };
}

function openWith(keys: readonly Buffer[], sealed: string, purpose: string): string {
  const [, keyId, text] = formats.exec(sealed) ?? [];
  if (text === undefined) throw new Error(`the secret of ${purpose} has an unknown format`);
  for (const key of keys) {
    // The first format does not name its key.
    if (keyId !== undefined && keyIdOf(key) !== keyId) continue;
    const plaintext = tryOpen(key, Buffer.from(text, 'base64'), purpose);
    if (plaintext !== undefined) return plaintext;
  }
  throw new Error(`the secret of ${purpose} cannot be opened: another key, or the value was changed`);
}

/** The keys that open them are in memory as well, and a secret that is used for every call would be there anyway. */
const mostOpened = 256;

/**
 * What was opened lately: a program signs all its calls with one key. Purpose, sealed value and keys say all that an answer
 * depends on, so whatever is sealed anew, copied to another row or left without its key is opened, or refused, anew.
 */
class OpenedValues {
  #keys: readonly Buffer[] = [];
  /** The one that was asked for last comes last. */
  readonly #values = new Map<string, string>();

  /** @param keys another list of keys forgets everything */
  fetch(keys: readonly Buffer[], name: string, open: () => string): string {
    if (keys !== this.#keys) this.#values.clear();
    this.#keys = keys;
    const value = this.#values.get(name) ?? open();
    this.#values.delete(name);
    this.#values.set(name, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= mostOpened) break;
      this.#values.delete(oldest);
    }
    return value;
  }
}

/** Tells keys apart and says nothing about them. */
function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('key id').update(key).digest('hex').slice(0, 16);
}

function tryOpen(key: Buffer, bytes: Buffer, purpose: string): string | undefined {
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // GCM tells no more than that key, value and purpose do not fit together.
    return undefined;
  }
}

/** Keys of 32 bytes in base64, one or more, separated by white space or commas; the present one first. @throws RangeError */
export function parseKeys(text: string): Buffer[] {
  const keys = text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map((part) => Buffer.from(part, 'base64'));
  if (keys.length === 0) throw new RangeError('there is no secret key: one is 32 bytes in base64');
  for (const key of keys)
    if (key.length !== keyBytes)
      throw new RangeError(`a secret key is ${keyBytes} bytes in base64; this text has ${key.length}`);
  return keys;
}

export function createKey(): Buffer {
  return randomBytes(keyBytes);
}
