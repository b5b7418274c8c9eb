/** Logging on and out, and who one is. */
import { OcpError } from '@openocp/contract';
import type { UserStore } from '../store/users.ts';
import type { App } from './app.ts';
import type { CheckPassword } from './password-check.ts';
import { csrfTokenOf, type Sessions } from './sessions.ts';

export interface LogOnOptions {
  readonly checkPassword: CheckPassword;
  readonly sessions: Sessions;
  readonly users: Pick<UserStore, 'fetchById'>;
}

export function createLogOn({
  checkPassword,
  sessions,
  users,
}: LogOnOptions): Pick<App, 'sessionLogin' | 'sessionLogout' | 'currentUserGet'> {
  return {
    sessionLogin: async ({ clientAddress }, { username, password }) => {
      const user = await checkPassword({ username, password, clientAddress });
      if (user.status === 'DISABLED') throw new OcpError('USER_DISABLED', { username });
      const sessionId = await sessions.begin(user);
      const csrfToken = csrfTokenOf(sessionId);
      const data = { location: '/', needChangePassword: user.needsNewPassword, csrfToken };
      return { sessionId, csrfToken, data };
    },
    sessionLogout: async ({ sessionId }) => {
      if (sessionId !== undefined) await sessions.end(sessionId);
      return undefined;
    },
    currentUserGet: async ({ userId, username, permissions, authentication = 'basic' }) => {
      const user = await users.fetchById(userId);
      return {
        id: userId,
        username,
        roles: [...(user?.roles ?? [])],
        permissions: [...permissions],
        needChangePassword: user?.needsNewPassword ?? false,
        authentication,
      };
    },
  };
}
