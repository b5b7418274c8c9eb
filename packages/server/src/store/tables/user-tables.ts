/** The tables of accounts. Built-in roles are part of the program; here is who holds which, and the custom ones. */
import type { Generated } from 'kysely';

interface UserTable {
  id: Generated<number>;
  username: string;
  /** null: cannot log on. */
  password_hash: string | null;
  status: 'ENABLED' | 'DISABLED';
  /** Epoch milliseconds. */
  create_time: number;
  update_time: number;
}

/** Without a row nothing of it is known, and no new password is asked for. */
export interface UserProfileTable {
  user_id: number;
  email: string;
  phone: string;
  organization: string;
  department: string;
  description: string;
  needs_new_password: number;
}

/** Without a row the configured policy holds. */
interface UserThrottleTable {
  user_id: number;
  /** A JSON object: calls by window. */
  policy: string;
}

interface UserRoleTable {
  user_id: number;
  role: string;
}

interface RoleTable {
  name: string;
  description: string;
  /** A JSON array of permission expressions. */
  permissions: string;
  create_time: number;
  update_time: number;
}

export interface IamTables {
  iam_user: UserTable;
  iam_user_profile: UserProfileTable;
  iam_user_role: UserRoleTable;
  iam_user_throttle: UserThrottleTable;
  iam_role: RoleTable;
}
