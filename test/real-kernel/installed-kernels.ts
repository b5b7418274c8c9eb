/**
 * Real OceanBase kernels that a test can run: releases of seekdb, the single-node sibling that PyPI carries. Where one is
 * not installed its tests are skipped and say so; in continuous integration that is a failure.
 */
import { type InstalledTool, installedTool } from '../installed-tool.ts';

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
} as const satisfies Record<string, InstalledTool>;

/** The path that the variable names; undefined where there is none. */
export const installedKernel = (name: keyof typeof kernels): string | undefined =>
  installedTool(kernels[name]);
