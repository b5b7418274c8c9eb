/** The one place where a permission is checked. The HTTP layer calls it for every route, so no use case can forget it. */
import { fillPermission, OcpError, type PermissionNeed, permits, permitsSome } from '@openocp/contract';
import type { Identity } from './app.ts';

/**
 * @param identity undefined for a call without credentials
 * @param pathParameters give the permission its instance
 * @throws OcpError NOT_AUTHENTICATED, PASSWORD_CHANGE_NEEDED, NOT_PERMITTED
 */
export function authorize(
  identity: Identity | undefined,
  need: PermissionNeed,
  pathParameters: Readonly<Record<string, string | number>>,
): void {
  if (need.kind === 'public' || need.kind === 'credentials') return;
  if (identity === undefined) throw new OcpError('NOT_AUTHENTICATED', {});
  const withOldPassword = need.kind === 'own' && need.withOldPassword === true;
  if (identity.needsNewPassword === true && !withOldPassword)
    throw new OcpError('PASSWORD_CHANGE_NEEDED', {});
  if (need.kind === 'authenticated' || need.kind === 'own') return;
  const permission = fillPermission(need.expression, pathParameters);
  const granted = need.kind === 'some' ? permitsSome : permits;
  if (!granted(identity.permissions, permission)) throw new OcpError('NOT_PERMITTED', { permission });
}
