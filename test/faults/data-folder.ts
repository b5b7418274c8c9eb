/** The control plane's data as it was before any cluster was known, to go back to: nothing in the API forgets a cluster. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '@openocp/testkit';

function keptFolder(stack: Stack): string {
  return join(stack.folder, 'data-before');
}

/** Right after the start of a stack. The control plane runs with faults from here on. */
export async function keepData(stack: Stack): Promise<void> {
  await stack.controlPlane.kill();
  cpSync(join(stack.folder, 'data'), keptFolder(stack), { recursive: true });
  await stack.startFaultyControlPlane();
}

/** Only while no agent has been told anything: it would refuse the numbers of a control plane that has forgotten. */
export async function forgetClusters(stack: Stack): Promise<void> {
  if ((await stack.listClusters()).length === 0) return;
  await stack.controlPlane.kill();
  rmSync(join(stack.folder, 'data'), { recursive: true });
  cpSync(keptFolder(stack), join(stack.folder, 'data'), { recursive: true });
  await stack.startFaultyControlPlane();
}
