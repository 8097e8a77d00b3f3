/** What is wrong with an answer, by what the document says of its request: status, problem, and what its faults point at. */
import type { Operation } from './document.ts';
import type { Place, Sent, Verdict } from './verdict.ts';

type Told = { in: string; pointer?: string; name?: string; code: string };

/**
 * What no schema says, and yet is a 400: by operation, place and code of the fault, each told by a description of the
 * document. A fault that is not here is one the document does not tell.
 */
const RULES: [operations: RegExp, at: RegExp, codes: RegExp][] = [
  [/^listChanges$/, /^after$/, /^invalid-cursor$/], // it is what this list has given, too
  [/^listAudit$/, /^id$/, /^not-allowed$/], // the id of a thing goes with its kind
  [/^list/, /^cursor$/, /^invalid-cursor$/], // it is what this list has given
  [/^list/, /^(?:page|limit|cursor)$/, /^(?:not-allowed|too-large)$/], // how far pages go, and which of them go together
  [/^listArticles$/, /^(?:sort|include|mine)$/, /^not-allowed$/], // what only a search has, or a key with an author
  [/./, /./, /^repeated$/], // a name in JSON that is there twice, which a parser hides
  [/./, /^\/metadata$/, /^too-(?:long|deep)$/],
  [/Article|WorkingCopy/, /^\/tags\/\d+$/, /^required$/],
  [/^edit/, /^\/(?:coverImage|source)\/\w+$/, /^required$/], // of the merged result
  [/^postComment$/, /^\/author(?:Name|Email)$/, /^required$/], // of a guest
  [/Webhook$/, /^\/url$/, /^(?:not-https|private-address|not-allowed)$/],
  [/Key$/, /^\/authorId$/, /^required$/], // by role
  [/Key$/, /^\/expiresAt$/, /^too-small$/], // in the future
];

const isTold = ({ id }: Operation, { pointer, name, code }: Told): boolean =>
  RULES.some(([operations, at, codes]) => operations.test(id) && at.test(pointer ?? name ?? '') && codes.test(code));

/** Whether a pointer leads somewhere in what was sent: to a value, or to where a member is missing. */
const leadsIn = (sent: Sent, { pointer = '', code }: Told, status: number): boolean => {
  const isOfWhole = code === 'required' || status === 422; // a rule about what comes of the change, sent or not
  if (pointer === '' || pointer.endsWith('…')) return true;
  let value: unknown;
  try {
    value = JSON.parse(sent.bytes.toString());
  } catch {
    return false;
  }
  const steps = pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (const [n, step] of steps.entries()) {
    if (typeof value !== 'object' || value === null) return false;
    if (!Object.hasOwn(value, step)) return n === steps.length - 1 && isOfWhole;
    value = (value as Record<string, unknown>)[step];
  }
  return true;
};

const exists = (sent: Sent, fault: Told, status: number): boolean => {
  if (fault.in === 'body') return leadsIn(sent, fault, status);
  const isAsked = fault.in === 'query' && sent.query.some(([name]) => name === fault.name);
  return isAsked || sent.operation.parameters.some((each) => each.in === fault.in && each.name === fault.name);
};

/** Whether a fault tells of a place: there, or somewhere around or inside it. */
const tells = (fault: Told, place: Place): boolean => {
  if (fault.in !== place.in) return false;
  const at = fault.pointer ?? fault.name ?? '';
  return (
    at === place.at || at.endsWith('…') || `${place.at}/`.startsWith(`${at}/`) || `${at}/`.startsWith(`${place.at}/`)
  );
};

const MOST_FAULTS = 50;

/** What is wrong with a status and a problem, by what was to be expected. */
export const faultsOfAnswer = (
  sent: Sent,
  verdict: Verdict,
  status: number,
  problem: { code?: string; errors?: Told[] } | undefined,
): string[] => {
  const { operation } = sent;
  const errors = problem?.errors ?? [];
  const lost = errors
    .filter((fault) => !exists(sent, fault, status))
    .map((fault) => `a fault leads nowhere: ${JSON.stringify(fault)}`);
  if (status >= 500) return [`${status}: nobody is to blame but Galley`];
  if (verdict.level === 'open') return lost;
  if (verdict.level === 'refused') {
    if (status !== verdict.status)
      return [`${status}, yet ${verdict.status} is due for ${JSON.stringify(verdict.places.slice(0, 3))}`];
    const untold = verdict.places.filter((place) => !errors.some((fault) => tells(fault, place)));
    const isCut = errors.length >= MOST_FAULTS;
    return [
      ...lost,
      ...(isCut
        ? []
        : untold.map(({ in: where, at }) => `nothing is told of ${where} ${at}: ${JSON.stringify(errors)}`)),
    ];
  }
  if (status === 413 || status === 415) return [`${status}, yet the document takes it`];
  if (status === 401) return ['401, yet who asks may'];
  if (status !== 400) return lost;
  return [
    ...lost,
    ...errors
      .filter((fault) => !isTold(operation, fault))
      .map((fault) => `the document takes it, yet ${JSON.stringify(fault)}`),
    ...(errors.length === 0 && problem?.code !== 'invalid-cursor'
      ? [`the document takes it, yet 400 ${problem?.code}`]
      : []),
  ];
};
