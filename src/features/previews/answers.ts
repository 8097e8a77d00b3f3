/** How a preview link is answered. */
import { formatMoment } from '../../core/moment.ts';
import { type PreviewPlace, previewAddress } from './rules.ts';

/** `token` null: it is not told again. */
type Shown = { id: number; articleId: number; token: string | null; slug: string; expiresAt: Date; createdAt: Date };

export const answerPreviewLink = (
  { id, articleId, token, slug, expiresAt, createdAt }: Shown,
  place: PreviewPlace,
) => ({
  id,
  token,
  url: token === null ? null : previewAddress(place, { token, id: articleId, slug }),
  expiresAt: formatMoment(expiresAt),
  createdAt: formatMoment(createdAt),
});
