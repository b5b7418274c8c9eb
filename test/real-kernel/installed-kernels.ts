/**
 * Real OceanBase kernels that a test can run: releases of seekdb, the single-node sibling that PyPI carries. Where one is
 * not installed its tests are skipped and say so; in continuous integration that is a failure.
 */
import { existsSync } from 'node:fs';

interface InstalledKernel {
  /** The variable that names it. */
  readonly variable: string;
  readonly what: string;
  readonly untested: string;
}

const kernels = {
  executable: {
    variable: 'OPENOCP_SEEKDB',
    what: 'the seekdb executable of pylibseekdb 1.4.0.post1',
    untested: 'the agent and the simulator are not held against a real kernel process',
  },
  library: {
    variable: 'OPENOCP_SEEKDB_LIBRARY_PYTHON',
    what: 'a python that has pylibseekdb 1.2.0',
    untested: 'the grammar of our statements is not held against a real parser',
  },
} as const satisfies Record<string, InstalledKernel>;

/** The path that the variable names; undefined where there is none. */
export function installedKernel(name: keyof typeof kernels): string | undefined {
  const { variable, what, untested } = kernels[name];
  const path = process.env[variable];
  if (path !== undefined && existsSync(path)) return path;
  const problem =
    path === undefined ? `${variable} is not set` : `${variable} names ${path}, which does not exist`;
  if (process.env.CI === 'true')
    throw new Error(`${problem}: it must name ${what} where everything is tested`);
  console.warn(`${problem}, it could name ${what}: ${untested} here`);
  return undefined;
}
