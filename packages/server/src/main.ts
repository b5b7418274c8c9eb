#!/usr/bin/env node
/**
 * The control plane's program.
 *
 *   openocp [server] [--config FILE] [--db URL]
 *   openocp agent-certificate [--config FILE] --host ADDRESS [--host ...] --out FOLDER
 *   openocp user-create [--config FILE] --name NAME --role ROLE [--role ...]     password on standard input
 *   openocp admin reset-password [--config FILE] [--name NAME]     password on standard input; generated when that is empty
 *   openocp admin rotate-key [--config FILE] [--remove-old]     a new secret key, while servers run
 *   openocp audit verify [--config FILE]     exit code 1 when an event was changed or is missing
 *
 * All but the first work on the host, beside a running server, without the API.
 */
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { builtInRoleNames } from '@openocp/contract';
import { z } from 'zod';
import { PasswordHasher } from './app/password-hash.ts';
import { createUsers } from './app/users.ts';
import { type Config, loadConfig, resolveDatabaseUrl } from './config.ts';
import { keyFileOf, openSecrets, startControlPlane } from './control-plane.ts';
import { canonicalHost } from './domain/agent-host.ts';
import { removeOldKeys, resetPassword, rotateKey } from './host-commands.ts';
import { createLog } from './log.ts';
import { createAgentTrustStore } from './store/agent-trust.ts';
import { createAuditStore } from './store/audit.ts';
import { fetchOrCreateAuthority } from './store/authority.ts';
import { openDatabase } from './store/database.ts';
import { createUserStore } from './store/users.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string' },
    db: { type: 'string' },
    host: { type: 'string', multiple: true },
    out: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string', multiple: true },
    'remove-old': { type: 'boolean' },
  },
});

async function serve(config: Config): Promise<void> {
  const log = createLog(config.log.level);
  const controlPlane = await startControlPlane(config, log);
  if (controlPlane.generatedPassword !== undefined) {
    console.log(
      `The user admin was created with the password ${controlPlane.generatedPassword} - it is not shown again.`,
    );
  }
  console.log(JSON.stringify({ event: 'listening', url: controlPlane.url, pid: process.pid }));
  const stop = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'ending');
    controlPlane.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'ending failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function issueAgentCertificates(config: Config): Promise<void> {
  const { host: hosts, out } = z
    .object({ host: z.array(z.string().min(1)).min(1), out: z.string() })
    .parse(values);
  const { writeAgentCertificate } = await import('./security/agent-certificate-files.ts');
  const { expireTimeOf, fingerprintOf } = await import('./security/certificate-authority.ts');
  const box = openSecrets(config);
  const database = await openDatabase(resolveDatabaseUrl(config), { exclusive: false });
  try {
    const authority = await fetchOrCreateAuthority(database.db, box, new Date());
    const trust = createAgentTrustStore(database, Date.now);
    for (const host of hosts) {
      const certificate = await writeAgentCertificate(authority, host, out, new Date());
      const expireTime = expireTimeOf(certificate);
      await trust.insert({ host: canonicalHost(host), fingerprint: fingerprintOf(certificate), expireTime });
      console.log(`${out}/${host}: agent.crt, agent.key, ca.crt`);
    }
  } finally {
    await database.close();
  }
}

async function createUser(config: Config): Promise<void> {
  const input = z
    .object({ name: z.string(), role: z.array(z.enum(builtInRoleNames)).min(1) })
    .parse({ name: values.name, role: values.role });
  openSecrets(config);
  const database = await openDatabase(resolveDatabaseUrl(config), { exclusive: false });
  try {
    const password = await readPassword();
    const users = createUsers(createUserStore(database, Date.now), new PasswordHasher());
    const id = await users.create(input.name, password, input.role);
    console.log(`User ${input.name} was created with id ${id}.`);
  } finally {
    await database.close();
  }
}

async function readPassword(): Promise<string> {
  return process.stdin.isTTY ? '' : (await text(process.stdin)).replace(/\r?\n$/, '');
}

async function resetAdminPassword(config: Config): Promise<void> {
  const { name = 'admin' } = values;
  openSecrets(config);
  const database = await openDatabase(resolveDatabaseUrl(config), { exclusive: false });
  try {
    const generated = await resetPassword(database, new PasswordHasher(), name, await readPassword());
    console.log(
      generated === undefined
        ? `User ${name} has the new password and is enabled.`
        : `User ${name} is enabled and has the password ${generated} - it is not shown again.`,
    );
  } finally {
    await database.close();
  }
}

async function rotateSecretKey(config: Config): Promise<void> {
  const box = openSecrets(config);
  const database = await openDatabase(resolveDatabaseUrl(config), { exclusive: false });
  try {
    const keyFile = config.secretKey === undefined ? keyFileOf(config) : undefined;
    const removesOld = values['remove-old'] === true;
    const count = await (removesOld ? removeOldKeys : rotateKey)({ database, box, keyFile });
    console.log(`${count} secrets were sealed with the present key.`);
    if (keyFile === undefined) console.log('The keys are configured: exchange them there.');
    else if (removesOld) console.log(`${keyFile} holds the present key alone. Back it up.`);
    else
      console.log(`${keyFile} holds the new key and the old one. Copy it to the hosts of other instances, back it up, and
run this again with --remove-old once every instance has been seen to work.`);
  } finally {
    await database.close();
  }
}

async function verifyAudit(config: Config): Promise<void> {
  const box = openSecrets(config);
  const database = await openDatabase(resolveDatabaseUrl(config), { exclusive: false });
  try {
    const { events, lastId, lastHash, findings } = await createAuditStore(database, box).verify();
    for (const finding of findings) console.log(finding);
    if (findings.length > 0) throw new Error('The audit log is NOT whole.');
    console.log(
      `The audit log is whole: ${events} events; the last is ${lastId} with the hash ${lastHash || '-'}.`,
    );
  } finally {
    await database.close();
  }
}

const commands: Readonly<Record<string, (config: Config) => Promise<void>>> = {
  server: serve,
  'agent-certificate': issueAgentCertificates,
  'user-create': createUser,
  'admin reset-password': resetAdminPassword,
  'admin rotate-key': rotateSecretKey,
  'audit verify': verifyAudit,
};

try {
  const name = positionals.length === 0 ? 'server' : positionals.join(' ');
  const command = commands[name];
  if (command === undefined)
    throw new Error(`unknown command ${name}; there are ${Object.keys(commands).join(', ')}`);
  await command(loadConfig(values.config, process.env, values.db));
} catch (error) {
  console.error(
    error instanceof z.ZodError
      ? z.prettifyError(error)
      : error instanceof Error
        ? error.message
        : String(error),
  );
  process.exit(1);
}
