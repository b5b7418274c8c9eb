/**
 * The homes this agent may touch, as real paths. They are resolved once, at start: a home that is later replaced by a
 * link to another folder resolves to that folder, is not in the list, and is refused.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AgentFailure, isSystemError } from './agent-failure.ts';

export class AllowedHomes {
  readonly paths: readonly string[];

  constructor(configured: readonly string[]) {
    this.paths = [...new Set(configured.map((path) => canonicalPath(resolve(path))))];
  }

  /** @returns the real path. @throws AgentFailure `home-not-allowed`, or `home-not-found` for a missing allowed one. */
  resolve(home: string): string {
    const path = canonicalPath(resolve(home));
    if (!this.paths.includes(path)) {
      throw new AgentFailure('home-not-allowed', `${home} is not one of this agent's homes`);
    }
    try {
      return realpathSync.native(path);
    } catch (cause) {
      throw new AgentFailure('home-not-found', `${home} does not exist`, { cause });
    }
  }
}

/** The real path, also of what does not exist yet: then that of its nearest existing parent, and the rest as it is. */
function canonicalPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT') && path !== dirname(path)) {
      return join(canonicalPath(dirname(path)), basename(path));
    }
    throw new AgentFailure('home-not-allowed', `${path} cannot be resolved`, { cause: error });
  }
}
