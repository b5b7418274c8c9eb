/** Rules for names and passwords of accounts. Each answers what is wrong, in words, or undefined. */

const USERNAME = /^[a-z][a-z0-9._-]{2,46}[a-z0-9]$/;
/** Names that stand for something else in OceanBase or here. */
const RESERVED_NAMES: readonly string[] = ['admin', 'sys', 'system', 'dba', 'proxy'];

const PASSWORD_SPECIALS = "~!@#%^&*_-+=`|(){}[]:;',.?/";
const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 32;
const MIN_PASSWORD_CLASSES = 3;

export function isReservedName(username: string): boolean {
  return RESERVED_NAMES.includes(username);
}

export function findUsernameFault(username: string): string | undefined {
  if (USERNAME.test(username)) return undefined;
  return 'it must have 4 to 48 lower-case letters, digits or . - _, start with a letter and end with a letter or digit';
}

export function findPasswordFault(password: string): string | undefined {
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    return `it must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`;
  }
  const specials = password.replace(/[A-Za-z0-9]/g, '');
  if (Array.from(specials).some((char) => !PASSWORD_SPECIALS.includes(char))) {
    return `it may hold letters, digits and ${PASSWORD_SPECIALS} only`;
  }
  const classes = [
    /[A-Z]/.test(password),
    /[a-z]/.test(password),
    /[0-9]/.test(password),
    specials.length > 0,
  ];
  if (classes.filter(Boolean).length >= MIN_PASSWORD_CLASSES) return undefined;
  return 'it must hold three of: upper-case letters, lower-case letters, digits, special characters';
}
