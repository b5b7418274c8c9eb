/** Which fields hold secrets, by their names: for what is kept of a request, and for what leaves the house. */

const secretName = /password|passwd|passphrase|secret|token|credential|private_?key/i;

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
