import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { id, secretText } from '../input.ts';
import { roleName } from './role.ts';

export const userStatuses = ['ENABLED', 'DISABLED'] as const;

/** Passwords have rules of their own, told as error 3009; here is only what keeps nonsense away from the hash. */
const password = secretText(z.string().min(1).max(128));
const text = z.string().max(255);

const profile = {
  phone: z.string().max(64).optional(),
  organization: text.optional(),
  department: text.optional(),
  description: text.optional(),
};

const calls = z.int().min(1).max(1_000_000_000).optional();
/**
 * How many calls a user may make in each of OCP's fixed windows, instead of the configured policy for every user. A window
 * that is not given is not limited; without any, the configured policy holds.
 */
export const throttlePolicy = z
  .strictObject({ tenSeconds: calls, minute: calls, hour: calls, day: calls })
  .meta({ id: 'ThrottlePolicy' });
export type ThrottlePolicy = Readonly<z.output<typeof throttlePolicy>>;

const roles = z.array(roleName).min(1).max(50);

export const newUser = z.object({
  username: z.string().max(64),
  password,
  email: z.email().max(255),
  roles,
  ...profile,
  throttlePolicy: throttlePolicy.optional(),
});

/** What is not given stays as it is. */
export const userChanges = z.object({
  email: z.email().max(255).optional(),
  roles: roles.optional(),
  ...profile,
  throttlePolicy: throttlePolicy.optional(),
});

export const passwordReset = z.object({ newPassword: password });
export const passwordChange = z.object({ currentPassword: password, newPassword: password });

export const userPath = z.object({ userId: id });

export const user = z
  .object({
    id: z.int(),
    username: z.string(),
    email: z.string(),
    phone: z.string(),
    organization: z.string(),
    department: z.string(),
    description: z.string(),
    status: z.enum(userStatuses),
    /** The accounts admin and system, which exist from the start. */
    builtIn: z.boolean(),
    roles: z.array(z.string()),
    /** Absent when the configured policy holds. */
    throttlePolicy: throttlePolicy.optional(),
    /** The next log-on asks for a new password. */
    needChangePassword: z.boolean(),
    /** Until when it is locked after wrong passwords; absent when it is not. */
    lockedUntil: dateTime.optional(),
    createTime: dateTime,
    updateTime: dateTime,
  })
  .meta({ id: 'User' });
export type UserView = z.input<typeof user>;
