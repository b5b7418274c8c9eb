/**
 * What a test needs and npm does not carry. An environment variable names it; where it is not installed the test is skipped
 * and says so, and in continuous integration that is a failure.
 */
import { existsSync } from 'node:fs';

export interface InstalledTool {
  /** The variable that names it. */
  readonly variable: string;
  readonly what: string;
  readonly untested: string;
}

/** The path that the variable names; undefined where there is none. */
export function installedTool({ variable, what, untested }: InstalledTool): string | undefined {
  const path = process.env[variable];
  if (path !== undefined && existsSync(path)) return path;
  const problem =
    path === undefined ? `${variable} is not set` : `${variable} names ${path}, which does not exist`;
  if (process.env.CI === 'true')
    throw new Error(`${problem}: it must name ${what} where everything is tested`);
  console.warn(`${problem}, it could name ${what}: ${untested} here`);
  return undefined;
}
