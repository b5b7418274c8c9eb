/** Errors: identity and access. */
import { type ErrorCode, row } from './row.ts';

export const accessErrors = {
  NOT_AUTHENTICATED: row(3000, 'IAM10000', 'unauthenticated', 'You are not logged on.'),
  USER_DISABLED: row(3001, 'IAM10001', 'unauthenticated', 'User {username} is disabled.'),
  USER_LOCKED: row(
    3003,
    'IAM10003',
    'unauthenticated',
    'User {username} is locked; try again in {minutes} minutes.',
  ),
  BAD_CREDENTIALS: row(
    3004,
    'IAM10004',
    'unauthenticated',
    'The username or the password is wrong; {remaining} tries are left.',
  ),
  ADDRESS_LOCKED: row(
    3007,
    'IAM10007',
    'unauthenticated',
    'Too many wrong passwords came from your address; try again in {minutes} minutes.',
  ),
  TOO_MANY_LOGINS: row(
    3007,
    'IAM10007',
    'tooMany',
    'Too many passwords are being checked at the moment; try again in a few seconds.',
  ),
  CSRF_TOKEN_WRONG: row(
    3100,
    'IAM11000',
    'forbidden',
    'A write by session needs the header X-XSRF-TOKEN with the value of the cookie XSRF-TOKEN.',
  ),
  PASSWORD_CHANGE_NEEDED: row(
    3019,
    'IAM10019',
    'forbidden',
    'Choose a new password first: POST /api/v2/iam/changePassword.',
  ),
  /** OCP prints no numbers for signed calls: they are not logged on. One text for an unknown key and a wrong signature. */
  SIGNATURE_WRONG: row(
    3000,
    'IAM10000',
    'unauthenticated',
    'The access key or the signature of the request is wrong.',
  ),
  SIGNATURE_DATE_INVALID: row(
    3000,
    'IAM10000',
    'unauthenticated',
    'A signed request needs the header Date, like "Tue, 17 Jan 2023 09:13:57 GMT", at most {minutes} minutes from the time here, {now}.',
  ),
  SIGNATURE_REPLAYED: row(
    3000,
    'IAM10000',
    'unauthenticated',
    'This signed request was received before. Sign it again with the present Date.',
  ),
  ACCESS_KEY_DISABLED: row(3000, 'IAM10000', 'unauthenticated', 'Access key {accessKeyId} is disabled.'),
  ACCESS_KEY_LIMIT: row(
    3018,
    'IAM10018',
    'refused',
    'You have {limit} access keys, which is the limit; disable and delete one first.',
  ),
  ACCESS_KEY_IN_USE: row(
    3018,
    'IAM10018',
    'refused',
    'Access key {accessKeyId} is enabled; disable it before you delete it.',
  ),
  USERNAME_INVALID: row(3008, 'IAM10008', 'invalid', 'Username {username} is not valid: {reason}.'),
  PASSWORD_WEAK: row(3009, 'IAM10009', 'invalid', 'The password does not meet the rules: {reason}.'),
  CREDENTIAL_MISSING: row(
    3010,
    'CRD08000',
    'refused',
    'There is no credential for user {username} of tenant {tenant} of cluster {cluster}.',
  ),
  PASSWORD_SAME: row(3021, 'IAM10021', 'invalid', 'The new password must differ from the present one.'),
  CURRENT_PASSWORD_WRONG: row(3011, 'IAM10011', 'invalid', 'The current password is wrong.'),
  NOT_PERMITTED: row(3100, 'IAM11000', 'forbidden', 'You need the permission {permission}.'),
  PERMISSION_EXPRESSION_INVALID: row(
    3101,
    'IAM11001',
    'invalid',
    'Permission expression {expression} is not one that a custom role can hold; those are CLUSTER:<id or *>:READ, UPDATE, DELETE or *, CLUSTER:*:CREATE, CLUSTER:<id or *>:TENANT:*:<verb>, CLUSTER:<id or *>:BACKUP:*:<verb>, TASK:*:READ, HOST:*:READ.',
  ),
  DEFAULT_ACCOUNT_PROTECTED: row(
    3104,
    'IAM11004',
    'refused',
    'Account {username} is built in and cannot be changed this way.',
  ),
  LAST_ADMIN: row(
    3104,
    'IAM11004',
    'refused',
    'User {username} is the last enabled administrator; give another user the role ADMIN first.',
  ),
  ADMIN_ONLY: row(
    3100,
    'IAM11000',
    'forbidden',
    'Only an administrator may give or take the role ADMIN, or change an account that holds it.',
  ),
  ROLE_BUILT_IN: row(
    3109,
    'IAM11009',
    'refused',
    'Role {name} is built in and cannot be changed or deleted.',
  ),
  ROLE_IN_USE: row(
    3103,
    'IAM11003',
    'refused',
    'Role {name} is held by {count} users and cannot be deleted; take it from them first.',
  ),
  NAME_RESERVED: row(3105, 'IAM11005', 'invalid', 'Name {name} is reserved.'),
} as const satisfies Record<string, ErrorCode>;
