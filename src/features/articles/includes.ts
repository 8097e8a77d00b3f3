/** What can be asked for beside an article, or beside the summaries of a list. */

export const LIST_INCLUDES = ['html', 'body', 'commentCount', 'highlights'] as const;
export type ListInclude = (typeof LIST_INCLUDES)[number];

export const ARTICLE_INCLUDES = ['adjacent', 'related', 'translations'] as const;
export type ArticleInclude = (typeof ARTICLE_INCLUDES)[number];
