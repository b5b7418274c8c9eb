/** Messages of invalid input, whoever finds it. */
export const inputMessages = [
  'it must have 4 to 48 lower-case letters, digits or . - _, start with a letter and end with a letter or digit',
  'it must have {min} to {max} characters',
  'it may hold letters, digits and {specials} only',
  'it must hold three of: upper-case letters, lower-case letters, digits, special characters',
  'the body must be a JSON object',
  'must be an integer from {min} to {max}',
  'must be true or false',
  'must be a list of {values}',
  'must be field,asc or field,desc',
  'Invalid input: expected {expected}, received undefined',
  'Invalid input: expected {expected}, received {received}',
  'Invalid input: expected {expected}',
  'Invalid option: expected one of {options}',
  'Invalid string: must match pattern {pattern}',
  'Invalid URL',
] as const;
