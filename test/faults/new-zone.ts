/** The zone, beside those of the stack, that the operations on a cluster's zones work on; it has one server, the newest. */
import type { Stack, StackTask } from '@openocp/testkit';
import { z } from 'zod';
import { deleteNewcomers, newcomerOf, prepareHost } from './newcomer.ts';

export const newZone = 'zone9';

const listed = z.object({ contents: z.array(z.looseObject({ name: z.string(), status: z.string() })) });
const submitted = z.looseObject({ id: z.int() });

export async function findNewZone(stack: Stack) {
  const { contents } = await stack.api.data(listed, 'GET', `/api/v2/ob/clusters/${stack.clusterId}/zones`);
  return contents.find(({ name }) => name === newZone);
}

export function submitNewZone(stack: Stack): Promise<StackTask> {
  const servers = [newcomerOf(stack).hostId];
  return stack.submitTo('zones', { name: newZone, idcName: 'idc9', servers });
}

export async function requestZoneDeletion(stack: Stack): Promise<StackTask> {
  const path = `/api/v2/ob/clusters/${stack.clusterId}/zones/${newZone}`;
  const { id } = await stack.api.data(submitted, 'DELETE', path);
  return stack.fetchTask(id);
}

export async function deleteNewZone(stack: Stack): Promise<void> {
  if ((await findNewZone(stack)) !== undefined)
    await stack.waitForTask((await requestZoneDeletion(stack)).id);
}

/** Makes sure that it is there, in service. */
export async function bringNewZone(stack: Stack): Promise<void> {
  if ((await findNewZone(stack))?.status === 'RUNNING') return;
  await deleteNewZone(stack);
  await deleteNewcomers(stack);
  await prepareHost(stack, newZone);
  await stack.waitForTask((await submitNewZone(stack)).id);
}
