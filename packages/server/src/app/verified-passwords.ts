/**
 * Remembers which passwords were verified against which hashes, so that a call of the API does not cost a hash.
 *
 * An entry is an HMAC over the stored hash and the password, under a key that lives in this process only. Since the
 * stored hash is part of it, a changed password makes its entry unreachable at once, on every instance; nothing has to
 * be told. Wrong passwords are never remembered.
 */
import { createHmac, randomBytes } from 'node:crypto';

const MAX_ENTRIES = 1000;
const KEEP_MS = 10 * 60_000;

export class VerifiedPasswords {
  readonly #key = randomBytes(32);
  readonly #monotonicNow: () => number;
  /** Oldest first; value is when the entry was made. */
  readonly #entries = new Map<string, number>();
  /** Verifications in progress: fifty calls at once with one password cost one hash. */
  readonly #pending = new Map<string, Promise<boolean>>();

  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  /** Whether it was verified here not long ago. */
  isKnown(storedHash: string, password: string): boolean {
    const since = this.#entries.get(this.#entryOf(storedHash, password));
    return since !== undefined && this.#monotonicNow() - since < KEEP_MS;
  }

  /** @param verify the real thing; called when there is no entry */
  async check(storedHash: string, password: string, verify: () => Promise<boolean>): Promise<boolean> {
    if (this.isKnown(storedHash, password)) return true;
    const entry = this.#entryOf(storedHash, password);
    const pending = this.#pending.get(entry) ?? this.#verify(entry, verify);
    return pending;
  }

  #entryOf(storedHash: string, password: string): string {
    return createHmac('sha256', this.#key).update(`${storedHash}\0${password}`).digest('base64');
  }

  #verify(entry: string, verify: () => Promise<boolean>): Promise<boolean> {
    const pending = verify()
      .then((isRight) => {
        if (isRight) this.#remember(entry);
        return isRight;
      })
      .finally(() => this.#pending.delete(entry));
    this.#pending.set(entry, pending);
    return pending;
  }

  #remember(entry: string): void {
    this.#entries.delete(entry);
    this.#entries.set(entry, this.#monotonicNow());
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES) break;
      this.#entries.delete(oldest);
    }
  }
}
