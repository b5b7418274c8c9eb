import { describe, expect, it } from 'vitest';
import { PasswordHasher } from './password-hash.ts';

const cheap = new PasswordHasher({ N: 2, r: 1, p: 1 });

describe('PasswordHasher', () => {
  it('verifies the password it hashed, and no other', async () => {
    const hash = await cheap.hash('aaAA11__');
    expect(hash).not.toContain('aaAA11__');
    expect(await cheap.verify('aaAA11__', hash)).toBe(true);
    expect(await cheap.verify('aaAA11_', hash)).toBe(false);
    expect(await cheap.verify('', hash)).toBe(false);
  });

  it('gives another hash each time', async () => {
    expect(await cheap.hash('x')).not.toBe(await cheap.hash('x'));
  });

  it('verifies hashes that were made with other parameters', async () => {
    const hash = await new PasswordHasher({ N: 4, r: 2, p: 2 }).hash('aaAA11__');
    expect(await cheap.verify('aaAA11__', hash)).toBe(true);
  });

  it('is never right about a user who does not exist', async () => {
    expect(await cheap.verify('', undefined)).toBe(false);
  });

  it('finishes all of many at once', async () => {
    const hash = await cheap.hash('x');
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => cheap.verify(index === 7 ? 'x' : 'y', hash)),
    );
    expect(all.indexOf(true)).toBe(7);
    expect(all.filter(Boolean)).toHaveLength(1);
  });

  it('goes on after a hash that cannot be read', async () => {
    await expect(cheap.verify('x', 'not a hash')).rejects.toThrow();
    expect(await cheap.verify('x', await cheap.hash('x'))).toBe(true);
  });

  it('works at its full cost off the event loop', async () => {
    const hasher = new PasswordHasher();
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 5);
    const hash = await hasher.hash('aaAA11__');
    clearInterval(timer);
    expect(JSON.parse(hash)).toMatchObject({ cost: { N: 32_768, r: 8, p: 1 } });
    expect(turns).toBeGreaterThan(1);
  });
});
