import { renameSync, writeFileSync } from 'node:fs';

/** A reader, or a restart after sudden death, sees the old content or the new one, never a part. */
export function replaceFile(path: string, content: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}
