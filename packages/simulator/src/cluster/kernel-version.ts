/** Versions this simulator knows how to be. */
const kernelVersions = {
  '4.2.1': {
    full: '4.2.1.2',
    build: '102000042023120514-b9ce7cb0f6a8ed3b1ba4a9bb4d4a8d8f4d2bdb38',
    date: 'Dec  5 2023 14:34:01',
  },
  '4.2.5': {
    full: '4.2.5.1',
    build: '101000092024120918-cf5f4e4d3d8d5b9f2a1a6a5f0c4f1a3f8d4c9b7e',
    date: 'Dec  9 2024 18:34:37',
  },
  '4.3.5': {
    full: '4.3.5.1',
    build: '101000042025031818-0c9b6b2e8f1a7d5c4b3a2918f7e6d5c4b3a29180',
    date: 'Mar 18 2025 18:20:12',
  },
} as const;

export type KernelVersion = keyof typeof kernelVersions;

export function isKernelVersion(text: string): text is KernelVersion {
  return Object.hasOwn(kernelVersions, text);
}

export function buildOf(version: KernelVersion): { full: string; build: string; date: string } {
  return kernelVersions[version];
}

export function buildVersionOf(version: KernelVersion): string {
  const { full, build, date } = kernelVersions[version];
  return `${full}_${build}(${date})`;
}

/** Whether `version` (any number of parts) is at least `wanted`. */
export function isVersionAtLeast(version: string, wanted: string): boolean {
  const have = version.split('.').map(Number);
  const want = wanted.split('.').map(Number);
  for (const [index, part] of want.entries()) {
    const own = have[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
