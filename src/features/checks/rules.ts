/** What a fault of a store is called. */

/** What is looked at. */
export const CHECKS = ['integrity', 'counts', 'copies', 'search'] as const;
export type Check = (typeof CHECKS)[number];

export type Kind = 'article' | 'author' | 'tag' | 'comment';

/** One thing that is not as it must be; `kind` and `id` say of what, null where it is the store itself. */
export type Fault = { check: Check; kind: Kind | null; id: number | null; detail: string };

export const faultOf =
  (check: Check, kind: Kind, detail: (id: number) => string) =>
  (id: number): Fault => ({
    check,
    kind,
    id,
    detail: detail(id),
  });

/** A fault in one line. */
export const lineOf = ({ check, kind, id, detail }: Fault): string =>
  `${check}: ${kind === null ? '' : `${kind} ${id}: `}${detail}`;
