/** Loaded when there is a file to read; in a file of its own because a bundle gives away a CommonJS package that is imported late as `default` alone. */
export { parse as parseYaml } from 'yaml';
