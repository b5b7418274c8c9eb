/** Roles: OCP's built-in ones, which nobody changes, and custom ones, which give rights on chosen clusters. */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';

/** Names of roles are part of permission expressions, so they hold no colon. */
export const roleName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{1,62}[A-Za-z0-9]$/, 'must have 3 to 64 letters, digits, _ or -')
  .meta({ examples: ['shop_operator'] });

/**
 * What a custom role may hold. OCP's are about clusters alone; reading tasks and hosts is added, because whoever stops a
 * server wants to follow the task.
 */
const CUSTOM_EXPRESSION =
  /^(CLUSTER:(\*|[1-9]\d{0,15}):(READ|UPDATE|DELETE|\*)|CLUSTER:\*:CREATE|CLUSTER:(\*|[1-9]\d{0,15}):(TENANT|BACKUP):\*:(CREATE|READ|UPDATE|DELETE|\*)|(TASK|HOST):\*:READ)$/;

export function isCustomExpression(expression: string): boolean {
  return CUSTOM_EXPRESSION.test(expression);
}

const permissions = z
  .array(z.string().max(128))
  .max(500)
  .meta({ examples: [['CLUSTER:1:READ', 'CLUSTER:1:UPDATE', 'TASK:*:READ']] });

export const roleParameters = z.object({
  description: z.string().max(255).optional(),
  permissions: permissions.min(1),
});

export const role = z
  .object({
    name: z.string(),
    description: z.string(),
    /** Built-in roles can be neither changed nor deleted. */
    builtIn: z.boolean(),
    permissions,
    createTime: dateTime,
    updateTime: dateTime,
  })
  .meta({ id: 'Role' });
export type RoleView = z.input<typeof role>;
