import { describe, expect, it } from 'vitest';
import { buildVersionOf, isVersionAtLeast } from './kernel-version.ts';

describe('kernel versions', () => {
  it('compare by number, part by part', () => {
    expect(isVersionAtLeast('4.2.5.1', '4.2.5')).toBe(true);
    expect(isVersionAtLeast('4.2.10', '4.2.5')).toBe(true);
    expect(isVersionAtLeast('4.2.1.2', '4.2.5')).toBe(false);
    expect(isVersionAtLeast('4.3', '4.3.2')).toBe(false);
  });

  it('are shown as the kernel shows its build', () => {
    expect(buildVersionOf('4.2.1')).toMatch(
      /^4\.2\.1\.2_102000042023120514-[0-9a-f]{40}\(Dec {2}5 2023 14:34:01\)$/,
    );
  });
});
