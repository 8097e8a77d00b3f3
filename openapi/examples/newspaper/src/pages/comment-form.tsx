/** The form for a comment: empty, or as it was sent with what is wrong with it. */
import type { Article, Problem } from '../galley.ts';

export type FormValues = { authorName: string; authorEmail: string; authorUrl: string; body: string };
export type FormState = {
  values: FormValues;
  /** The comment that is replied to. */
  parentId?: number | null;
  /** Why Galley did not take what was sent. */
  problem?: Problem;
  /** What became of a comment that it took. */
  posted?: 'pending' | 'approved';
};

export const EMPTY_FORM: FormState = { values: { authorName: '', authorEmail: '', authorUrl: '', body: '' } };

/** The form by field; the limits are those of `NewComment`, and Galley holds to them in any case. */
const FIELDS = [
  { name: 'authorName', label: 'Your name', hint: 'Up to 100 characters.', maxlength: 100, autocomplete: 'name' },
  {
    name: 'authorEmail',
    label: 'Your email address',
    hint: 'The email address will not be published.',
    type: 'email',
    maxlength: 254,
    autocomplete: 'email',
  },
  {
    name: 'authorUrl',
    label: 'Your web page',
    hint: 'With https://.',
    type: 'url',
    maxlength: 2048,
    autocomplete: 'url',
  },
  {
    name: 'body',
    label: 'Your comment',
    hint: 'Up to 10,000 characters; *emphasis*, links, lists.',
    maxlength: 10_000,
  },
] as const;

type Shown = { field: (typeof FIELDS)[number]; value: string; faults: string[] };

const Field = ({ field, value, faults }: Shown) => {
  const { name, label, hint, maxlength } = field;
  const isRequired = name !== 'authorUrl';
  const attributes = {
    id: name,
    name,
    maxlength,
    required: isRequired,
    dir: 'auto',
    'aria-describedby': `${name}-hint${faults.length > 0 ? ` ${name}-fault` : ''}`,
    ...(faults.length > 0 && { 'aria-invalid': true }),
  } as const;
  return (
    <div class="field">
      <label for={name}>
        {label} ({isRequired ? 'required' : 'optional'})
      </label>
      <p class="note" id={`${name}-hint`}>
        {hint}
      </p>
      {faults.length > 0 && (
        <p class="fault" id={`${name}-fault`}>
          {faults.join('; ')}
        </p>
      )}
      {name === 'body' ? (
        <textarea rows={8} {...attributes}>
          {value}
        </textarea>
      ) : (
        <input
          type={'type' in field ? field.type : 'text'}
          autocomplete={field.autocomplete}
          value={value}
          {...attributes}
        />
      )}
    </div>
  );
};

export const CommentForm = ({ article, form }: { article: Article; form: FormState }) => {
  const { values, parentId, problem } = form;
  const faultsOf = (name: string) =>
    (problem?.errors ?? []).filter(({ pointer }) => pointer === `/${name}`).map(({ detail }) => detail);
  return (
    <form id="comment-form" method="post" action={`/articles/${article.slug}/comments#comment-form`}>
      {parentId && (
        <p>
          You reply to <a href={`#comment-${parentId}`}>comment {parentId}</a>.
          <input type="hidden" name="parentId" value={parentId} />
        </p>
      )}
      {problem && (
        <p class="fault" role="alert">
          Your comment was not taken: {problem.detail}
        </p>
      )}
      {FIELDS.map((field) => (
        <Field field={field} value={values[field.name]} faults={faultsOf(field.name)} />
      ))}
      <p>
        <button type="submit">Post the comment</button>
      </p>
    </form>
  );
};
