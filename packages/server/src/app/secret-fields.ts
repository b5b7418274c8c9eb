/** Which fields hold secrets, by their names: for what is kept of a request, and for what leaves the house. */

const secretName = /password|passwd|passphrase|secret|token|credential|private_?key/i;

/** The value with something else in place of its secrets, at every depth: it shows that there was one. */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, secretName.test(name) ? '******' : maskSecrets(item)]),
  );
}

/** The value without its secret fields, at every depth. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secretName.test(name))
      .map(([name, item]) => [name, withoutSecrets(item)]),
  );
}
