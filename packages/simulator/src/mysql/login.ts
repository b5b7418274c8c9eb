/** Who may log in, and what the others are told. */
import { userKey } from '../cluster/inner-tables.ts';
import type { TenantRow } from '../cluster/rows.ts';
import { type KernelError, kernelError } from '../kernel-error.ts';
import type { Observer } from '../process/observer.ts';
import type { LoginRequest, LoginTenants } from './session.ts';

export function loginTenants(observer: Observer): LoginTenants {
  return {
    serverVersion: '5.7.25',
    isHung: () => observer.faults.hang,
    admit: (request) => admit(observer, request),
  };
}

function admit(observer: Observer, request: LoginRequest): ReturnType<LoginTenants['admit']> {
  const { user, tenantName } = parseUser(request.user);
  if (observer.phase === 'stopping') throw kernelError('serverStopping');
  const tables = observer.knownTables;
  if (tables.isEmpty) return admitBeforeBootstrap(request, user, tenantName);
  const tenant = [...tables.tenants.values()].find((one) => one.tenantName === tenantName);
  if (tenant === undefined) throw accessDenied(user, request);
  if (tenant.tenantType === 'META') throw kernelError('notSupported', 'login meta tenant not supported');
  if (tenant.tenantType !== 'SYS' && observer.phase === 'starting') throw kernelError('serverInit');
  const stored = tables.users.get(userKey(tenant.tenantId, user));
  if (stored === undefined || !request.isRight(stored.passwordHash)) throw accessDenied(user, request);
  return identityOf(user, tenant);
}

/** A server that belongs to no cluster yet knows only root, without a password. */
function admitBeforeBootstrap(
  request: LoginRequest,
  user: string,
  tenantName: string,
): ReturnType<LoginTenants['admit']> {
  if (tenantName !== 'sys') throw kernelError('serverInit');
  if (user !== 'root' || !request.isRight('')) throw accessDenied(user, request);
  return { user, tenantId: 1, tenantName };
}

function identityOf(user: string, { tenantId, tenantName }: TenantRow): ReturnType<LoginTenants['admit']> {
  return { user, tenantId, tenantName };
}

/** Text before the first `@` is the user, the rest the tenant: a `#cluster` is for the proxy and makes an unknown tenant. */
function parseUser(text: string): { user: string; tenantName: string } {
  const at = text.indexOf('@');
  const user = at < 0 ? text : text.slice(0, at);
  const tenantName = at < 0 ? 'sys' : text.slice(at + 1);
  return { user: user.replace(/^'(.*)'$/, '$1'), tenantName };
}

/** Without a session the kernel does not tell the client's address. */
function accessDenied(user: string, { hasPassword }: LoginRequest): KernelError {
  const using = hasPassword ? 'YES' : 'NO';
  return kernelError(
    'passwordWrong',
    `Access denied for user '${user}'@'xxx.xxx.xxx.xxx' (using password: ${using})`,
  );
}
