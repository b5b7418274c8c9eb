/** No field that holds a secret goes unmarked, and nothing that is marked goes unmasked. */
import { expect, it } from 'vitest';
import { maskSecrets } from '../../packages/server/src/app/secret-fields.ts';
import { listSecretParameters, listTextAnswers, listTextParameters, nameOf } from './secret-fields.ts';

/** Broader than what the product masks: a name that a new secret might go by. */
const soundsSecret = /pass|secret|token|credential|cookie|private|ssh.?key|api.?key|signature|\bpin\b|otp/i;
const lastName = (path: string) => path.slice(path.lastIndexOf('.') + 1);

it('a parameter that sounds secret is made by secretText', () => {
  const unmarked = listTextParameters().filter(
    ({ path, isMarked, isWriteOnly }) => soundsSecret.test(lastName(path)) && !(isMarked && isWriteOnly),
  );
  expect(unmarked.map(nameOf)).toEqual([]);
  expect(listSecretParameters()).toContain('clusterTakeOver rootSysPassword');
});

it('what is made by secretText is masked in the audit and left out of diagnoses, by its name', () => {
  for (const field of listSecretParameters()) {
    const name = lastName(field.split(' ')[1] ?? '');
    expect(JSON.stringify(maskSecrets({ [name]: 'canary' })), field).not.toContain('canary');
  }
});

it('an answer shows no secret but the new access key, the token that invites an agent, and the token of the session that it begins', () => {
  const shown = listTextAnswers().filter(
    ({ path, isMarked }) => isMarked || soundsSecret.test(lastName(path)),
  );
  expect(shown.map(nameOf)).toEqual([
    'agentInvite token',
    'accessKeyCreate accessKeySecret',
    'sessionLogin csrfToken',
  ]);
});
