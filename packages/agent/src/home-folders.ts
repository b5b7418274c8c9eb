/** The folders of a home: what a new server needs, and whether an earlier server has left its data there. */
import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AgentFailure, messageOf } from './agent-failure.ts';
import type { ProcessKindRow } from './process-kind.ts';

export function holdsData(home: string, kind: ProcessKindRow): boolean {
  return kind.dataMarkers.some((path) => existsSync(join(home, path)));
}

/**
 * Makes the missing folders, owned by the home's owner. Folders that are there stay as they are, also when a link leads
 * to another disk: that is how operators spread data and log.
 * @returns the folders that were made, below the home.
 * @throws AgentFailure `home-not-usable`
 */
export function makeFolders(home: string, kind: ProcessKindRow): string[] {
  const owner = statSync(home);
  return kind.folders.filter((path) => makeFolder(home, path, owner));
}

function makeFolder(
  home: string,
  path: string,
  owner: { readonly uid: number; readonly gid: number },
): boolean {
  const folder = join(home, path);
  try {
    if (existsSync(folder)) {
      if (statSync(folder).isDirectory()) return false;
      throw new Error('it exists and is not a folder');
    }
    mkdirSync(folder, { mode: 0o750 });
    chownSync(folder, owner.uid, owner.gid);
    return true;
  } catch (cause) {
    throw new AgentFailure('home-not-usable', `${folder} cannot be made: ${messageOf(cause)}`, { cause });
  }
}
