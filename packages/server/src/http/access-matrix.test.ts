/** Every route, called as everybody: the answers are those of the table in contract. */
import { accessMatrix, builtInRoleNames, operationIds, type Route, routes } from '@openocp/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.fastify.close());

const values: Readonly<Record<string, string>> = {
  zoneName: 'zone9',
  accessKeyId: 'abcdefgh',
  roleName: 'some_role',
};
const urlOf = ({ path }: Route) => path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '20');

async function callAs(user: string | null, operationId: keyof typeof routes) {
  const route: Route = routes[operationId];
  const { status, body } = await server.call({ method: route.method, url: urlOf(route), user });
  return { status, code: body.error?.code };
}

const isRefused = ({ status, code }: { status: number; code: number | undefined }) =>
  status === 403 && code === 3100;

describe.each(operationIds)('%s', (operationId) => {
  const { roles, otherCluster } = accessMatrix[operationId];
  const allows = (role: (typeof builtInRoleNames)[number]) =>
    typeof roles === 'string' || roles.includes(role);

  it('is open to exactly the built-in roles of its row', async () => {
    const open: string[] = [];
    for (const role of builtInRoleNames) {
      const answer = await callAs(`with ${role}`, operationId);
      expect(answer.status, role).not.toBe(401);
      if (!isRefused(answer)) open.push(role);
    }
    expect(open).toEqual(builtInRoleNames.filter(allows));
  });

  it('is open to a custom role of another cluster only when its row says so', async () => {
    const answer = await callAs('elsewhere', operationId);
    expect(answer.status).not.toBe(401);
    expect(isRefused(answer)).toBe(!otherCluster);
  });

  it('knows nobody without credentials, and no disabled user, unless it is public', async () => {
    const [stranger, disabled] = [await callAs(null, operationId), await callAs('gone', operationId)];
    if (roles === 'public') {
      expect([stranger.status, disabled.status]).not.toContain(401);
      return;
    }
    expect(stranger).toEqual({ status: 401, code: 3000 });
    expect(disabled).toEqual({ status: 401, code: 3001 });
  });
});
