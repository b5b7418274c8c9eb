/** Parameters of a cluster's kernel: what is known of each, and the values that the servers have now. */
import { z } from 'zod';

export const parameterTypes = [
  'BOOL',
  'CAPACITY',
  'DOUBLE',
  'INT',
  'MOMENT',
  'STRING',
  'STRING_LIST',
  'TIME',
] as const;
const parameterType = z.enum(parameterTypes);
export type ParameterType = z.infer<typeof parameterType>;

export const obParameterInfo = z
  .object({
    /** Its place in this list; OCP numbers parameters in its own catalogue. */
    id: z.int(),
    name: z.string(),
    /** Of the OceanBase that has it in this form. */
    version: z.string(),
    type: parameterType,
    /** The kernel's views do not tell the range of a parameter. */
    allowedStringValues: z.string().nullable(),
    maxValue: z.string().nullable(),
    minValue: z.string().nullable(),
    /** Null before OceanBase 4.2.1, whose views do not tell it. */
    defaultValue: z.string().nullable(),
    needRestart: z.boolean(),
    readonly: z.boolean(),
    description: z.string(),
    explanation: z.string().nullable(),
  })
  .meta({ id: 'ObParameterInfo' });
export type ObParameterInfo = z.input<typeof obParameterInfo>;

const serverParameter = z.object({
  zone: z.string(),
  svrType: z.literal('observer'),
  svrIp: z.string(),
  /** RPC port. */
  svrPort: z.int(),
  name: z.string(),
  value: z.string(),
});

export const obParameter = z
  .object({
    name: z.string(),
    section: z.string(),
    /** Empty when it is not known. */
    defaultValue: z.string(),
    valueRange: z.object({
      type: parameterType,
      allowedValues: z.string().nullable(),
      maxValue: z.string().nullable(),
      minValue: z.string().nullable(),
    }),
    currentValue: z.object({
      values: z.array(z.string()),
      /** Value to `ip:rpcPort` of the servers that have it. */
      valueToServers: z.record(z.string(), z.array(z.string())),
      obParameters: z.array(serverParameter),
      singleValueInCluster: z.boolean(),
    }),
    needRestart: z.boolean(),
    readonly: z.boolean(),
    description: z.string(),
  })
  .meta({ id: 'ObParameter' });
export type ObParameter = z.input<typeof obParameter>;

/** OCP's clients send numbers and truth values bare. */
const parameterValue = z
  .union([z.string().max(65_536), z.number(), z.boolean()])
  .transform((value) => String(value))
  .meta({ type: 'string' });

export const parameterChange = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a parameter: letters, digits and _'),
  value: parameterValue,
});
export type ParameterChange = z.output<typeof parameterChange>;
