/** Sessions by cookie, for browsers. Scripts use HTTP Basic or an access key and need none of this. */
import { z } from 'zod';
import { secretText } from '../input.ts';

/** Carries the session; no script can read it. */
export const SESSION_COOKIE = 'OPENOCP_SESSION';
/** Readable by the console, which sends it back in the header: a foreign site can do neither. */
export const CSRF_COOKIE = 'XSRF-TOKEN';
export const CSRF_HEADER = 'x-xsrf-token';

export const credentials = z.object({
  username: z.string().max(128),
  password: secretText(z.string().max(1024)),
});

export const loginAnswer = z
  .object({
    /** Where a console goes next; OCP's clients expect the field. */
    location: z.string(),
    /** Only the password can be changed in this session. */
    needChangePassword: z.boolean(),
    csrfToken: z.string().meta({
      format: 'password',
      description: 'To be sent as X-XSRF-TOKEN with every write of this session',
    }),
  })
  .meta({ id: 'Login' });
export type LoginView = z.input<typeof loginAnswer>;

export const currentUser = z
  .object({
    id: z.int(),
    username: z.string(),
    roles: z.array(z.string()),
    permissions: z.array(z.string()),
    needChangePassword: z.boolean(),
    /** How this call was authenticated. */
    authentication: z.enum(['basic', 'accessKey', 'session']),
  })
  .meta({ id: 'CurrentUser' });
