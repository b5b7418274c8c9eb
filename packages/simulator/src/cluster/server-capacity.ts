/** What every simulated server has to give to units. */
const gib = 1024 ** 3;

export const serverCapacity = {
  cpu: 16,
  memoryLimit: 16 * gib,
  systemMemory: 2 * gib,
  logDisk: 48 * gib,
  dataDisk: 64 * gib,
} as const;
