/** Databases that every cluster has. `oceanbase` holds the kernel's tables; users' tables are in `test` and their own. */
export const databases = ['oceanbase', 'information_schema', 'mysql', 'test'] as const;

export function isDatabase(name: string): boolean {
  return databases.some((one) => one === name.toLowerCase());
}

export function hasUserTables(database: string): boolean {
  return database.toLowerCase() === 'test' || !isDatabase(database);
}
