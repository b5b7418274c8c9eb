/** Roles: the built-in ones are part of the program, the custom ones are kept in the metadata. */
import {
  builtInRoleNames,
  builtInRoles,
  formatDateTime,
  isBuiltInRole,
  isCustomExpression,
  OcpError,
  type RoleView,
} from '@openocp/contract';
import type { CustomRole, RoleStore } from '../store/roles.ts';
import type { App } from './app.ts';

type RoleUseCases = Pick<App, 'roleList' | 'roleGet' | 'roleCreate' | 'roleUpdate' | 'roleDelete'>;

/** @param custom permissions of the custom roles among them */
export function permissionsOf(roles: readonly string[], custom: readonly string[]): string[] {
  return [...roles.flatMap((role) => (isBuiltInRole(role) ? builtInRoles[role] : [])), ...custom];
}

function checkExpressions(permissions: readonly string[]): void {
  const wrong = permissions.find((expression) => !isCustomExpression(expression));
  if (wrong !== undefined)
    throw new OcpError('PERMISSION_EXPRESSION_INVALID', { expression: wrong }, { target: 'permissions' });
}

const missing = (name: string) => new OcpError('NOT_FOUND', { resource: 'role', id: name });

function refuseBuiltIn(name: string): void {
  if (isBuiltInRole(name)) throw new OcpError('ROLE_BUILT_IN', { name });
}

export function createRoles(store: RoleStore, offsetMinutes: number): RoleUseCases {
  const viewCustom = ({ name, description, permissions, createTime, updateTime }: CustomRole): RoleView => ({
    name,
    description,
    builtIn: false,
    permissions: [...permissions],
    createTime: formatDateTime(createTime, offsetMinutes),
    updateTime: formatDateTime(updateTime, offsetMinutes),
  });
  const viewBuiltIn = (name: keyof typeof builtInRoles): RoleView => ({
    name,
    description: '',
    builtIn: true,
    permissions: [...builtInRoles[name]],
    createTime: formatDateTime(0, offsetMinutes),
    updateTime: formatDateTime(0, offsetMinutes),
  });

  return {
    roleList: async () => [...builtInRoleNames.map(viewBuiltIn), ...(await store.list()).map(viewCustom)],
    roleGet: async (_caller, { roleName }) => {
      if (isBuiltInRole(roleName)) return viewBuiltIn(roleName);
      const role = await store.fetch(roleName);
      if (role === undefined) throw missing(roleName);
      return viewCustom(role);
    },
    roleCreate: async (_caller, { name, description = '', permissions }) => {
      if (isBuiltInRole(name)) throw new OcpError('DUPLICATE_NAME', { resource: 'role', name });
      checkExpressions(permissions);
      const role = await store.insert({ name, description, permissions });
      if (role === undefined) throw new OcpError('DUPLICATE_NAME', { resource: 'role', name });
      return viewCustom(role);
    },
    roleUpdate: async (_caller, { roleName, description, permissions }) => {
      refuseBuiltIn(roleName);
      checkExpressions(permissions);
      const role = await store.update(roleName, { description, permissions });
      if (role === undefined) throw missing(roleName);
      return viewCustom(role);
    },
    roleDelete: async (_caller, { roleName }) => {
      refuseBuiltIn(roleName);
      const holders = await store.delete(roleName);
      if (holders === undefined) throw missing(roleName);
      if (holders > 0) throw new OcpError('ROLE_IN_USE', { name: roleName, count: holders });
    },
  };
}
