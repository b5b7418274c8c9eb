/** The two cookies of a session. Neither goes to another site, nor over plain HTTP once TLS is used. */
import { CSRF_COOKIE, SESSION_COOKIE } from '@openocp/contract';

interface SessionValues {
  readonly sessionId: string;
  readonly csrfToken: string;
}

function cookie(name: string, value: string, isSecure: boolean, ...more: string[]): string {
  const secure = isSecure ? ['Secure'] : [];
  return [`${name}=${value}`, 'Path=/', 'SameSite=Strict', ...secure, ...more].join('; ');
}

/** They end with the browser; the session itself ends on the server. */
export function sessionCookies({ sessionId, csrfToken }: SessionValues, isSecure: boolean): string[] {
  return [cookie(SESSION_COOKIE, sessionId, isSecure, 'HttpOnly'), cookie(CSRF_COOKIE, csrfToken, isSecure)];
}

export function endedCookies(isSecure: boolean): string[] {
  return [
    cookie(SESSION_COOKIE, '', isSecure, 'HttpOnly', 'Max-Age=0'),
    cookie(CSRF_COOKIE, '', isSecure, 'Max-Age=0'),
  ];
}
