/** What a token is good for, and until when; the request and its signature made here by hand. */
import 'reflect-metadata';
import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EnrolmentToken, enrolmentStatement, OcpError, parseEnrolmentToken } from '@openocp/contract';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuthority, fingerprintOf, type KeyPair } from '../security/certificate-authority.ts';
import { createAgentTrustStore } from '../store/agent-trust.ts';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { createAgentEnrolment } from './agent-enrolment.ts';
import type { Caller } from './app.ts';

const host = '10.0.0.1';
const minuteMs = 60_000;
const dayMs = 86_400_000;
const admin: Caller = {
  userId: 1,
  username: 'admin',
  permissions: [],
  traceId: '0',
  clientAddress: '',
  language: 'en-US',
};

let folder: string;
let database: MetadataDatabase;
let authority: KeyPair;
let now: number;
let enrolment: ReturnType<typeof createAgentEnrolment>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-enrolment-'));
  database = await openDatabase(`sqlite:${join(folder, 'metadata.db')}`);
  now = Date.now();
  authority = await createAuthority(new Date(now));
  const clock = () => now;
  enrolment = createAgentEnrolment({ trust: createAgentTrustStore(database, clock), authority, clock });
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function invite(): Promise<EnrolmentToken> {
  const { token } = await enrolment.agentInvite(admin, { host, validMinutes: 15 });
  const parsed = parseEnrolmentToken(token);
  if (parsed === undefined) throw new Error(`${token} is no token`);
  return parsed;
}

interface Curve {
  readonly namedCurve: string;
  readonly hash: string;
}

async function makeRequest(name: string, curve: Curve = { namedCurve: 'P-256', hash: 'SHA-256' }) {
  const algorithm = { name: 'ECDSA', ...curve };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names = new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '10.0.0.99' }]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [names],
  });
  return `${request.toString('pem').trim()}\n`;
}

function enrol({ tokenId, seed }: EnrolmentToken, request: string, signed = request) {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const der = Buffer.concat([prefix, Buffer.from(seed, 'base64url')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const proof = sign(null, Buffer.from(enrolmentStatement(tokenId, signed)), key).toString('base64');
  const visitor = { traceId: '0', clientAddress: '', language: 'en-US' } as const;
  return enrolment.agentEnrol(visitor, { invitation: tokenId, request, proof });
}

async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.catch((thrown: unknown) => thrown);
  if (!(error instanceof OcpError)) throw new Error('it was not refused');
  expect(error.key).toBe('AGENT_ENROLMENT_REFUSED');
  return error.message;
}

test('the certificate is for the host of the token and for serving, whatever else was asked for', async () => {
  const token = await invite();
  expect(token.authority).toBe(fingerprintOf(authority.certificate));
  const answer = await enrol(token, await makeRequest(`openocp-agent ${host}`));
  const certificate = new X509Certificate(answer.certificate);
  expect(certificate.subjectAltName).toBe(`IP Address:${host}`);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(certificate.ca).toBe(false);
  const days = (certificate.validToDate.getTime() - now) / dayMs;
  expect(Math.round(days)).toBe(90);
});

test('a token is good for a quarter of an hour', async () => {
  const request = await makeRequest(`openocp-agent ${host}`);
  const [early, late] = [await invite(), await invite()];
  now += 15 * minuteMs - 1;
  await enrol(early, request);
  now += 1;
  expect(await refusalOf(enrol(late, request))).toContain('expired at');
  expect(await refusalOf(enrol(early, request))).toContain('was used or revoked at');
});

test('a request that was exchanged on its way is refused, and the token stays good', async () => {
  const token = await invite();
  const [own, foreign] = [
    await makeRequest(`openocp-agent ${host}`),
    await makeRequest(`openocp-agent ${host}`),
  ];
  expect(await refusalOf(enrol(token, foreign, own))).toContain('changed on its way');
  expect(await refusalOf(enrol({ ...token, seed: (await invite()).seed }, own))).toContain(
    'its token is not',
  );
  expect(await refusalOf(enrol({ ...token, tokenId: '0'.repeat(32) }, own))).toContain('its token is not');
  await enrol(token, own);
});

test.each([
  ['another host', () => makeRequest('openocp-agent 10.0.0.2'), 'must be 10.0.0.1'],
  ['the control plane', () => makeRequest('openocp-control-plane'), 'must be 10.0.0.1'],
  ['two names', () => makeRequest(`openocp-agent ${host},CN=openocp-control-plane`), 'must be 10.0.0.1'],
  [
    'a key of another kind',
    () => makeRequest(`openocp-agent ${host}`, { namedCurve: 'P-384', hash: 'SHA-384' }),
    'is damaged, or its key is not of P-256',
  ],
  [
    'nothing that can be read',
    async () => '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n',
    'is damaged',
  ],
])('a request by %s is refused, and the token stays good', async (_what, make, reason) => {
  const token = await invite();
  expect(await refusalOf(enrol(token, await make()))).toContain(reason);
  await enrol(token, await makeRequest(`openocp-agent ${host}`));
});
