/**
 * Password hashes: scrypt, its parameters stored with each hash, so that they can be raised without breaking old ones.
 *
 * Hashing runs in libuv's thread pool, off the event loop, and leaves a processor to the rest: a flood of log-ons must
 * neither take all of the pool's four threads, which also serve files and name look-ups, nor all processors. What waits is
 * bounded, for each address and in all.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { OcpError } from '@openocp/contract';
import { z } from 'zod';

export interface ScryptCost {
  /** CPU and memory cost, a power of two. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** About 100 ms and 32 MiB for each hash. */
const DEFAULT_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 1 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const CONCURRENT_HASHES = Math.max(1, Math.min(2, availableParallelism() - 1));
/** Ten seconds' worth of hashes; whoever comes later would rather be told at once. */
const MAX_WAITING = 100;
const MAX_WAITING_OF_ADDRESS = 10;
/** scrypt needs 128 * N * r bytes and a little more. */
const SPARE_MEMORY_BYTES = 1024 * 1024;

const storedHash = z.object({
  cost: z.object({ N: z.int(), r: z.int(), p: z.int() }),
  salt: z.base64(),
  key: z.base64(),
});

function deriveKey(password: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
  const options: ScryptOptions = { ...cost, maxmem: 128 * cost.N * cost.r + SPARE_MEMORY_BYTES };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

export class PasswordHasher {
  readonly #cost: ScryptCost;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** Verifications under way or waiting, by client address. */
  readonly #byAddress = new Map<string, number>();
  #nobody: Promise<string> | undefined;

  /** @param cost lower it in tests only */
  constructor(cost: ScryptCost = DEFAULT_COST) {
    this.#cost = cost;
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#limited(() => deriveKey(password, salt, this.#cost));
    return JSON.stringify({ cost: this.#cost, salt: salt.toString('base64'), key: key.toString('base64') });
  }

  /**
   * @param hash undefined for a user who does not exist: costs the same time and is never right
   * @param clientAddress of an attempt that comes from outside, which has to wait its turn
   * @throws OcpError TOO_MANY_LOGINS
   */
  async verify(password: string, hash: string | undefined, clientAddress?: string): Promise<boolean> {
    if (clientAddress === undefined) return this.#verify(password, hash);
    const before = this.#byAddress.get(clientAddress) ?? 0;
    if (before >= MAX_WAITING_OF_ADDRESS || this.#waiting.length >= MAX_WAITING)
      throw new OcpError('TOO_MANY_LOGINS', {});
    this.#byAddress.set(clientAddress, before + 1);
    try {
      return await this.#verify(password, hash);
    } finally {
      const after = (this.#byAddress.get(clientAddress) ?? 1) - 1;
      if (after === 0) this.#byAddress.delete(clientAddress);
      else this.#byAddress.set(clientAddress, after);
    }
  }

  async #verify(password: string, hash: string | undefined): Promise<boolean> {
    this.#nobody ??= this.hash(randomBytes(SALT_BYTES).toString('base64'));
    const { cost, salt, key } = storedHash.parse(JSON.parse(hash ?? (await this.#nobody)));
    const derived = await this.#limited(() => deriveKey(password, Buffer.from(salt, 'base64'), cost));
    return timingSafeEqual(derived, Buffer.from(key, 'base64')) && hash !== undefined;
  }

  async #limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= CONCURRENT_HASHES) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // A waiting one inherits the place, so that no newcomer slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
