/**
 * `enroll`: exchanges a token for a certificate, before the agent runs for the first time or after it was revoked.
 *
 * The way to the control plane needs no trust: the request is signed with the token's key, so that nobody can exchange
 * the key in it, and the answer counts only if it comes with the authority whose fingerprint is in the token. What is
 * sent and received is no secret. That is why a certificate of the API that this host does not know is no obstacle.
 */
import { createPrivateKey, sign } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import {
  agentEnrolment,
  agentNameOf,
  type EnrolmentToken,
  enrolmentStatement,
  parseEnrolmentToken,
} from '@openocp/contract';
import { z } from 'zod';
import { createCertificateRequest } from './certificate-request.ts';
import type { AgentConfig } from './config.ts';
import { checkIdentity, fingerprintOf, type Identity, identityFileOf, writeIdentity } from './identity.ts';

const timeoutMs = 30_000;
const enrolPath = '/api/v2/compute/agents/enrol';
/** PKCS#8 of an Ed25519 key, up to its seed. */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

const success = z.looseObject({ data: agentEnrolment });
const failure = z.looseObject({ error: z.looseObject({ message: z.string() }) });

/** @returns the file with the identity. @throws Error that says what to do. */
export async function enrollAgent(config: AgentConfig, url: string, tokenFile: string): Promise<string> {
  const file = identityFileOf(config);
  if (file === undefined)
    throw new Error(
      'take certificate, key and ca out of "tls" in the configuration: an agent that enrols keeps its own',
    );
  const token = parseEnrolmentToken(readFileSync(tokenFile, 'utf8'));
  if (token === undefined) throw new Error(`${tokenFile} holds no enrolment token; copy it whole`);
  const { key, request } = createCertificateRequest(agentNameOf(config.host));
  const answer = await send(new URL(enrolPath, url), {
    invitation: token.tokenId,
    request,
    proof: signRequest(token, request),
  });
  const { certificate, authority } = readAnswer(answer, url);
  const identity: Identity = { certificate, key, authority };
  if (fingerprintOf(authority) !== token.authority)
    throw new Error(
      `${url} answered with another authority than the token names: it is not the control plane that made the token, or somebody is in between. Nothing was stored`,
    );
  checkIdentity(identity, config.host, new Date());
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  writeIdentity(file, identity);
  return file;
}

function signRequest({ tokenId, seed }: EnrolmentToken, request: string): string {
  const der = Buffer.concat([ed25519Prefix, Buffer.from(seed, 'base64url')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return sign(null, Buffer.from(enrolmentStatement(tokenId, request)), key).toString('base64');
}

function readAnswer(answer: string, url: string): z.output<typeof agentEnrolment> {
  let content: unknown;
  try {
    content = JSON.parse(answer);
  } catch (cause) {
    throw new Error(`${url} answered with something else than JSON; is it the URL of the control plane?`, {
      cause,
    });
  }
  const refusal = failure.safeParse(content);
  if (refusal.success) throw new Error(`the control plane refused: ${refusal.data.error.message}`);
  const parsed = success.safeParse(content);
  if (!parsed.success)
    throw new Error(`${url} answered in another shape than a control plane does`, { cause: parsed.error });
  return parsed.data.data;
}

async function send(url: URL, content: object): Promise<string> {
  const body = JSON.stringify(content);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(timeoutMs),
  };
  // Imported, Node's `http` brings a WebSocket client along, 3 MiB that an agent that serves shall not carry.
  const request =
    url.protocol === 'http:'
      ? (await import('node:http')).request(url, options)
      : httpsRequest(url, { ...options, rejectUnauthorized: false });
  request.on('response', (response) => void text(response).then(resolve, reject));
  request.on('error', (cause) => reject(new Error(`${url.origin} cannot be reached`, { cause })));
  request.end(body);
  return promise;
}
