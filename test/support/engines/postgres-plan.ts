/** Tells a plan of PostgreSQL as all engines' plans are told. */
import type { Plan } from './engine.ts';

/** A step of a plan, as `explain (format json)` gives it. */
type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: Node[];
};

/** The row that `explain` hands back. */
export type Explained = { 'QUERY PLAN': [{ Plan: Node }] };

/** Steps that read no table themselves, and deal with no more than what those below them find. */
const COMBINES =
  /^(?:Limit|Nested Loop|Append|Merge Append|Result|Subquery Scan|Unique|Aggregate|Group|Memoize|ProjectSet|Function Scan|Values Scan|CTE Scan|WindowAgg|Bitmap Heap Scan|BitmapAnd|BitmapOr|LockRows|Materialize|Incremental Sort|Hash|Hash Join|Merge Join)$/;

/** `((shelf = 'x'::text) AND (sort_at <= $1))` as `shelf=? AND sort_at<?`, bounds last. */
const seekedBy = (condition: string): string => {
  const found = [...condition.matchAll(/\(?\(?(\w+)\)?(?:::\w+)? (=|<|>|@@)=? /g)].map(
    ([, column, how]) => `${column}${how}?`,
  );
  const parts = [...new Set(found)];
  const rank = (part: string) => '=><'.indexOf(part.at(-2) ?? '');
  return parts.sort((a, b) => rank(a) - rank(b)).join(' AND ');
};

/** Whether all that a step is given comes from parts that were cut: it is no more then than is asked for. */
const isCut = ({ Plans: parts = [] }: Node): boolean =>
  parts.length > 0 && parts.every((part) => part['Node Type'] === 'Limit' || isCut(part));

const asPlan = (node: Node, parent?: Node): { seek?: string; dear?: string } => {
  const {
    'Node Type': type,
    'Relation Name': table = parent?.['Relation Name'],
    'Index Name': index,
    'Index Cond': condition,
  } = node;
  if (index !== undefined) {
    if (condition === undefined) return { dear: `scan ${table} by ${index}` };
    if (condition.includes('@@')) return { seek: `${table} (words)` };
    if (index.endsWith('_pkey')) return { seek: `${table} (id=?)` };
    return { seek: `${index.endsWith('_pk') ? table : index} (${seekedBy(condition)})` };
  }
  if (type === 'Seq Scan') return { dear: `scan ${table}` };
  if (type === 'Sort') return isCut(node) ? {} : { dear: 'sort' };
  return COMBINES.test(type) ? {} : { dear: type };
};

/** All steps below one and itself, each with the one above it. */
const stepsOf = (node: Node, parent?: Node): [Node, Node | undefined][] => [
  [node, parent],
  ...(node.Plans ?? []).flatMap((below) => stepsOf(below, node)),
];

/** A plan from its first step. */
export const planFrom = (first: Node): Plan => {
  const steps = stepsOf(first);
  const told = steps.map(([node, parent]) => asPlan(node, parent));
  return {
    steps: steps.map(([step]) =>
      ['Node Type', 'Relation Name', 'Index Name', 'Index Cond']
        .map((name) => step[name as keyof Node])
        .filter(Boolean)
        .join(' '),
    ),
    seeks: told.flatMap(({ seek }) => seek ?? []),
    dear: told.flatMap(({ dear }) => dear ?? []),
    isCovered: steps.every(([step]) => step['Relation Name'] === undefined || step['Node Type'] === 'Index Only Scan'),
  };
};
