/** Comments as a tree. */
import type { Article, Comment, Site, ThreadEntry } from '../galley.ts';
import { Moment } from './layout.tsx';

type Around = { site: Site; article: Article };

const Name = ({ comment: { authorName, authorUrl, isStaff } }: { comment: Comment }) => (
  <strong>
    {authorUrl === null ? (
      <bdi>{authorName}</bdi>
    ) : (
      <a href={authorUrl} rel="nofollow ugc">
        <bdi>{authorName}</bdi>
      </a>
    )}
    {isStaff && ' (of this newspaper)'}
  </strong>
);

const Said = ({ site, article, comment }: Around & { comment: Comment }) => (
  <>
    <p class="byline">
      <Name comment={comment} />, <Moment site={site} at={comment.createdAt} />
    </p>
    <div dir="auto" dangerouslySetInnerHTML={{ __html: comment.html }} />
    {article.commentsOpen && (
      <p>
        <a href={`/articles/${article.slug}?replyTo=${comment.id}#comment-form`}>
          Reply to <bdi>{comment.authorName}</bdi>
        </a>
      </p>
    )}
  </>
);

export const Thread = ({ site, article, entries }: Around & { entries: ThreadEntry[] }) => (
  <ol>
    {entries.map((entry) => {
      const { id, replies = [], replyCount } = entry;
      return (
        <li id={`comment-${id}`}>
          {'removed' in entry ? (
            <p class="note">This comment was removed.</p>
          ) : (
            <Said site={site} article={article} comment={entry} />
          )}
          {replies.length > 0 && <Thread site={site} article={article} entries={replies} />}
          {replyCount > replies.length && (
            <p>
              <a href={`/articles/${article.slug}/replies/${id}`}>
                {replyCount === 1 ? '1 reply' : `All ${replyCount} replies`}
                <span class="note"> to comment {id}</span>
              </a>
            </p>
          )}
        </li>
      );
    })}
  </ol>
);
