/** Looks for passwords where none may be: in what is stored, what is logged, and what the API answers. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Stack } from './stack.ts';

interface Place {
  readonly where: string;
  readonly text: string;
}

/** @returns every place that shows the password of the cluster or of the administrator. */
export async function findSecrets(stack: Stack): Promise<string[]> {
  const secrets = [stack.cluster.rootPassword, stack.password];
  const places = [...readFiles(stack), ...readOutputs(stack), ...(await readAnswers(stack))];
  return places
    .filter(({ text }) => secrets.some((secret) => text.includes(secret)))
    .map(({ where }) => where);
}

/** Metadata, journals and logs of ours; not the configuration, which names the password on purpose. */
function readFiles({ folder, agents }: Stack): Place[] {
  const folders = [join(folder, 'data'), ...agents.map(({ host }) => join(folder, 'agents', host, 'data'))];
  return folders
    .filter((each) => existsSync(each))
    .flatMap((each) => readdirSync(each).map((name) => join(each, name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ where: path, text: readFileSync(path, 'latin1') }));
}

function readOutputs({ instances, agents }: Stack): Place[] {
  const processes = [
    ...instances.filter((instance) => instance.wasStarted).map((instance) => instance.process),
    ...agents.map((agent) => agent.process),
  ];
  return processes.map(({ name, output }) => ({ where: `output of ${name}`, text: output }));
}

const taskList = z.object({
  contents: z.array(z.looseObject({ id: z.int(), subtasks: z.array(z.looseObject({ id: z.int() })) })),
});

/** The clusters, accounts, the audit, and the newest tasks with the logs of their subtasks. */
async function readAnswers({ api }: Stack): Promise<Place[]> {
  const { contents } = await api.data(taskList, 'GET', '/api/v2/tasks/instances?sort=id,desc&size=5');
  const paths = contents.flatMap(({ id, subtasks }) => [
    `/api/v2/tasks/instances/${id}`,
    ...subtasks.map((subtask) => `/api/v2/tasks/instances/${id}/subtasks/${subtask.id}/log`),
  ]);
  const places: Place[] = [];
  const accounts = ['iam/users', 'iam/accessKeys', 'iam/logonHistory?size=2000', 'audit/events?size=2000'];
  for (const path of ['/api/v2/ob/clusters', ...accounts.map((each) => `/api/v2/${each}`), ...paths])
    places.push({ where: `GET ${path}`, text: JSON.stringify(await api.call('GET', path)) });
  return places;
}
