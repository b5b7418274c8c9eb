/** Databases that exist; only `oceanbase` has tables here. */
export const databases = ['oceanbase', 'information_schema', 'mysql', 'test'] as const;

export function isDatabase(name: string): boolean {
  return databases.some((one) => one === name.toLowerCase());
}
