/** The file that holds the secret keys, readable by its owner alone; looked into again when it has changed. */
import {
  chmodSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createKey, parseKeys } from './secret-box.ts';

const render = (keys: readonly Buffer[]) => keys.map((key) => `${key.toString('base64')}\n`).join('');

/**
 * Makes the file at the first start, with one key and mode 0600. Two instances that start at once end up with one key: the
 * file appears whole, by linking, and the second finds it there.
 * @returns reads the keys as they are now, the present one first
 */
export function openKeyFile(path: string): () => readonly Buffer[] {
  if (!existsSync(path)) createKeyFile(path);
  chmodSync(path, 0o600);
  let seen = '';
  let keys: readonly Buffer[] = [];
  return () => {
    const { mtimeNs, ino, size } = statSync(path, { bigint: true });
    const now = `${mtimeNs}:${ino}:${size}`;
    if (now === seen) return keys;
    keys = parseKeys(readFileSync(path, 'utf8'));
    seen = now;
    return keys;
  };
}

function createKeyFile(path: string): void {
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, render([createKey()]), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(fresh, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Whoever reads the file sees it before or after, never between. */
export function writeKeyFile(path: string, keys: readonly Buffer[]): void {
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, render(keys), { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
}
