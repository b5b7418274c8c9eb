/**
 * Permission expressions, `RESOURCE:instance[:SUBRESOURCE:instance]:VERB`, and the built-in roles.
 *
 * A granted `*` covers any value at its place; `**` covers everything. Both sides must have the same number of parts:
 * a right on a cluster is no right on its tenants, and writing does not imply reading. What is not granted is refused.
 */

const ANY = '*';
const EVERYTHING = '**';
const EXPRESSION = /^[A-Z_]+:[^:\s]+(?::[A-Z_*]+:[^:\s]+)?:[A-Z_*]+$/;

/** What a call needs. */
export type PermissionNeed =
  /** No authentication at all. */
  | { readonly kind: 'public' }
  /** Any user who is logged on. */
  | { readonly kind: 'authenticated' }
  /**
   * The same, for a call that acts on the caller's own account and nothing else. Some are possible in a session whose user
   * must choose a new password first.
   */
  | { readonly kind: 'own'; readonly withOldPassword?: true }
  /** What proves the caller is in the body, a password or the signature of a token; the use case checks it. */
  | { readonly kind: 'credentials' }
  /** `{name}` stands for a path parameter: the right on exactly that object. */
  | { readonly kind: 'instance'; readonly expression: string }
  /** The right on at least one object of that kind; the use case answers with those objects alone. */
  | { readonly kind: 'some'; readonly expression: string };

export function isPermissionExpression(text: string): boolean {
  return text === EVERYTHING || EXPRESSION.test(text);
}

function covers(
  granted: string,
  needed: string,
  partCovers: (granted: string, needed: string) => boolean,
): boolean {
  if (granted === EVERYTHING) return true;
  const grantedParts = granted.split(':');
  const neededParts = needed.split(':');
  return (
    grantedParts.length === neededParts.length &&
    grantedParts.every((part, index) => partCovers(part, neededParts[index] ?? ''))
  );
}

/** Whether the granted expressions allow exactly what is needed, for example `CLUSTER:1:UPDATE`. */
export function permits(granted: readonly string[], needed: string): boolean {
  return granted.some((each) => covers(each, needed, (have, need) => have === ANY || have === need));
}

/** Whether they allow it for at least one object: a needed `*` is met by any instance. */
export function permitsSome(granted: readonly string[], needed: string): boolean {
  return granted.some((each) =>
    covers(each, needed, (have, need) => have === ANY || need === ANY || have === need),
  );
}

/**
 * On which objects they allow `RESOURCE:*:VERB`: for a list that is read page by page, without looking at every object.
 * @returns undefined when on all of them.
 */
export function listPermitted(granted: readonly string[], needed: string): readonly number[] | undefined {
  if (permits(granted, needed)) return undefined;
  const named = new Set(granted.map((each) => Number(each.split(':')[1])));
  return [...named].filter(
    (id) => Number.isSafeInteger(id) && permits(granted, needed.replace('*', String(id))),
  );
}

/** Puts path parameters into a template: `CLUSTER:{id}:READ` -> `CLUSTER:1:READ`. */
export function fillPermission(
  template: string,
  parameters: Readonly<Record<string, string | number>>,
): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`permission ${template} needs the path parameter ${name}`);
    return String(value);
  });
}

const read = (...resources: string[]) => resources.map((resource) => `${resource}:*:READ`);

/**
 * OCP's built-in roles. They can be neither changed nor deleted. Where OCP prints no expression for a role, it is the
 * one its name says.
 */
export const builtInRoles = {
  ADMIN: [EVERYTHING],
  ALARM_MANAGER: ['ALARM:*:*', ...read('CLUSTER', 'TENANT', 'HOST', 'USER')],
  ALARM_VIEWER: read('ALARM'),
  AUDIT_VIEWER: read('AUDIT'),
  BACKUP_MANAGER: [
    'CLUSTER:*:BACKUP:*:*',
    'CLUSTER:*:READ',
    'CLUSTER:*:TENANT:*:READ',
    'HOST:*:READ',
    'ALARM:*:READ',
    'TASK:*:*',
    'PACKAGE:*:*',
  ],
  CLUSTER_MANAGER: [
    'CLUSTER:*:*',
    'HOST:*:*',
    'TASK:*:*',
    'ALARM:*:*',
    'USER:*:READ',
    'PACKAGE:*:*',
    'OBPROXY:*:*',
  ],
  CLUSTER_VIEWER: read('CLUSTER', 'HOST', 'TASK', 'ALARM', 'PACKAGE', 'OBPROXY'),
  HOST_MANAGER: ['HOST:*:*', 'PACKAGE:*:*'],
  HOST_VIEWER: read('HOST'),
  INSPECTION_MANAGER: ['INSPECTION:*:*'],
  OBPROXY_MANAGER: ['OBPROXY:*:*'],
  OBPROXY_VIEWER: read('OBPROXY'),
  PACKAGE_MANAGER: ['PACKAGE:*:*'],
  PACKAGE_VIEWER: read('PACKAGE'),
  PROFILE: ['PROFILE:*:*'],
  PROPERTY_MANAGER: ['PROPERTY:*:*'],
  ROLE_MANAGER: ['ROLE:*:*'],
  TASK_MANAGER: ['TASK:*:*'],
  TENANT_MANAGER: ['CLUSTER:*:TENANT:*:*', ...read('TASK')],
  TENANT_VIEWER: ['CLUSTER:*:TENANT:*:READ', ...read('TASK')],
  USER_MANAGER: ['USER:*:*', ...read('ROLE')],
} as const satisfies Record<string, readonly string[]>;

export type BuiltInRole = keyof typeof builtInRoles;

export const builtInRoleNames = Object.keys(builtInRoles) as BuiltInRole[];

export function isBuiltInRole(name: string): name is BuiltInRole {
  return Object.hasOwn(builtInRoles, name);
}
