/** Every administrative statement that root service carries out, by its verb. */
import { type Change, userKey } from '../cluster/inner-tables.ts';
import type { AdminRequest } from '../cluster/messages.ts';
import { kernelError } from '../kernel-error.ts';
import { isValidValue, normalisedValue, parameters } from '../parameters/catalog.ts';
import type { RootContext } from './root-context.ts';
import { addServers } from './server-additions.ts';
import { cancelDeleteServers, deleteServers } from './server-deletions.ts';
import { startServers, stopServers } from './server-operations.ts';
import { cancelMigrateUnit, migrateUnit } from './unit-migrations.ts';
import { defineUserObject } from './user-tables.ts';
import { addZone, alterZone, deleteZone } from './zone-definitions.ts';
import { startZone, stopZone } from './zone-operations.ts';

/** Rows of users' tables go another way, see user-tables.ts. */
type Verb = Exclude<AdminRequest['verb'], 'user-dml'>;
type Request<Name extends Verb> = Extract<AdminRequest, { verb: Name }>;
type Executor<Name extends Verb> = (context: RootContext, request: Request<Name>) => Promise<void>;

const executors: { readonly [Name in Verb]: Executor<Name> } = {
  'stop-server': stopServers,
  'start-server': startServers,
  'add-server': addServers,
  'delete-server': deleteServers,
  'cancel-delete-server': cancelDeleteServers,
  'migrate-unit': migrateUnit,
  'cancel-migrate-unit': cancelMigrateUnit,
  'stop-zone': stopZone,
  'start-zone': (context, { zone, sql }) => startZone(context, zone, sql),
  'add-zone': addZone,
  'alter-zone': alterZone,
  'delete-zone': deleteZone,
  'set-parameter': setParameter,
  'user-ddl': (context, { ddl }) => defineUserObject(context, ddl),
  'set-password': (context, { tenantId, user, passwordHash }) =>
    context.exclusively(() =>
      context.write([
        { table: 'users', key: userKey(tenantId, user), row: { tenantId, user, passwordHash } },
      ]),
    ),
};

export function administer(context: RootContext, request: Request<Verb>): Promise<void> {
  // The verb picks the executor of exactly this request's type, which the compiler cannot follow.
  const execute = executors[request.verb] as Executor<Verb>;
  return execute(context, request);
}

async function setParameter(
  context: RootContext,
  { name, value, server, zone }: Request<'set-parameter'>,
): Promise<void> {
  const parameter = parameters.get(name);
  if (parameter === undefined) throw kernelError('configUnknown');
  if (parameter.editLevel === 'READONLY' || !isValidValue(parameter, value))
    throw kernelError('invalidConfig');
  const { servers, zones } = context.tables;
  if (server !== '' && !servers.has(server)) throw kernelError('entryNotExist');
  if (zone !== '' && !zones.has(zone)) throw kernelError('entryNotExist', 'zone not exist');
  const inZone = [...servers].filter(([, row]) => row.zone === zone).map(([address]) => address);
  const targets = zone === '' ? [server] : inZone;
  const normal = normalisedValue(parameter, value);
  await context.exclusively(() =>
    context.write([
      ...targets.map((target): Change => {
        const row = { name, server: target, value: normal };
        return { table: 'parameters', key: `${name}@${target}`, row };
      }),
    ]),
  );
}
