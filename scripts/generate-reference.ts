/** Writes docs/reference/: the OpenAPI document and the list of errors, from the contract. A test fails when they drift. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOpenApiDocument, renderErrorReference } from '@openocp/contract';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs', 'reference');
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, 'openapi.json'),
  `${JSON.stringify(createOpenApiDocument(version), undefined, 2)}\n`,
);
writeFileSync(join(folder, 'error-codes.md'), renderErrorReference());
console.log('Wrote docs/reference/openapi.json and docs/reference/error-codes.md');
