/**
 * The driver, loaded with the first session: a control plane without clusters has no use for it. In a file of its own because
 * a bundle gives away a CommonJS package that is imported late as `default` alone.
 */
export { createConnection } from 'mysql2/promise';
