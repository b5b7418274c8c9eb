/** Errors: common. */
import { type ErrorCode, row } from './row.ts';

export const commonErrors = {
  INVALID_PARAMETER: row(1001, 'COM10001', 'invalid', 'Parameter {parameter} is not valid: {reason}.'),
  NOT_FOUND: row(1002, 'COM10002', 'missing', 'There is no {resource} {id}.'),
  INVALID_REQUEST: row(1003, 'COM10003', 'invalid', 'The request is not valid: {reason}.'),
  REQUEST_TOO_LARGE: row(1003, 'COM10003', 'tooLarge', 'The request body is larger than {limitBytes} bytes.'),
  MEDIA_TYPE_UNSUPPORTED: row(
    1003,
    'COM10003',
    'unsupportedMedia',
    'Content-Type {mediaType} is not supported; use application/json or application/x-www-form-urlencoded.',
  ),
  TIMEOUT: row(1004, 'COM10004', 'timeout', '{what} did not finish in {seconds} s.'),
  CONFLICT: row(1005, 'COM10005', 'conflict', 'The request conflicts with another one: {reason}.'),
  DUPLICATE_NAME: row(1006, 'COM10006', 'duplicate', 'There is already a {resource} named {name}.'),
  METHOD_UNSUPPORTED: row(
    1008,
    'COM10008',
    'methodNotAllowed',
    'Method {method} is not supported for {path}; supported: {allowed}.',
  ),
  TIME_RANGE_INVALID: row(1010, 'COM10010', 'invalid', 'The time range from {start} to {end} is not valid.'),
  SORT_FIELD_UNSUPPORTED: row(
    1011,
    'COM10011',
    'invalid',
    'Cannot sort by {field}; possible fields: {allowed}.',
  ),
  INTERNAL_ERROR: row(
    1115,
    'COM10115',
    'internal',
    'An unexpected error occurred. The server log has the details under trace id {traceId}.',
  ),
  OCEANBASE_CONNECT_FAILED: row(
    1501,
    'OBE10001',
    'remote',
    'Cannot connect to the OceanBase cluster: {reason}.',
  ),
  OCEANBASE_OPERATION_FAILED: row(
    1500,
    'OBE10002',
    'remote',
    'The OceanBase cluster refused or failed: {reason}.',
  ),
  PATH_UNKNOWN: row(1999, 'COM10999', 'missing', 'There is no API at {method} {path}.'),
  TOO_MANY_REQUESTS: row(
    0,
    'IAM20000',
    'tooMany',
    'Too many requests: the limit of the current throttling window is exceeded.',
  ),
} as const satisfies Record<string, ErrorCode>;
