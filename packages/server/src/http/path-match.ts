/** Finds out whether a path exists with other methods, so that a wrong method is told apart from an unknown path. */
import { type Route, routes } from '@openocp/contract';

const paths = Object.values<Route>(routes).flatMap((route) =>
  [route.path, ...(route.aliases ?? [])].map((path) => ({
    method: route.method,
    segments: path.split('/'),
    placeholders: path.split('{').length - 1,
  })),
);

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
  );
}

/** Methods of the routes at a path, for the path as it was sent (without its query). */
export function methodsAt(path: string): string[] {
  const segments = path.replace(/\/$/, '').split('/');
  const found = paths.filter((each) => matches(each.segments, segments));
  // `/clusters/takeOver` is a path of its own and no cluster with the id `takeOver`.
  const fewest = Math.min(...found.map((each) => each.placeholders));
  return [...new Set(found.filter((each) => each.placeholders === fewest).map((each) => each.method))].sort();
}
