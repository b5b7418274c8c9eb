/** A boot that takes long, asked for by a fault: it concerns the next starts, so it is kept in the home. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function fileOf(home: string): string {
  return join(home, 'store', 'boot-delay');
}

export function saveBootDelay(home: string, milliseconds: number): void {
  mkdirSync(join(home, 'store'), { recursive: true });
  if (milliseconds > 0) writeFileSync(fileOf(home), String(milliseconds));
  else rmSync(fileOf(home), { force: true });
}

export function loadBootDelay(home: string): number | undefined {
  if (!existsSync(fileOf(home))) return undefined;
  const milliseconds = Number(readFileSync(fileOf(home), 'utf8'));
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}
